import { html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../../api/api";
import { failure } from "../../api/errors";
import type { Facts, Member } from "../../api/types";
import "../../elements/at-checkbox";
import "../../elements/at-form-dialog";
import "../../elements/at-select";
import "../../elements/at-text";
import { toast } from "../../elements/at-toasts";
import { t } from "../../i18n/text";
import "./card-field";
import { type Draft, differing, draftOf, FIELDS, type Field, given, rebased } from "./draft";

/** Add a member, or change one; `at-saved` tells the member as it is kept. */
@customElement("atelier-member-dialog")
export class MemberDialog extends LitElement {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) facts!: Facts;
  @property({ attribute: false }) member: Member | undefined;
  /** A card that the new member holds. */
  @property() card = "";
  @property({ type: Boolean }) admin = false;
  @state() private draft!: Draft;
  private read!: Draft;
  private version = 0;

  protected override willUpdate(_changes: PropertyValues): void {
    if (this.draft) return;
    this.read = draftOf(this.member ?? { role: this.leastRole(), cards: [] });
    this.draft = { ...this.read, ...(this.card ? { cards: [this.card] } : {}) };
    this.version = this.member?.version ?? 0;
  }

  /** A newcomer is given what a role allows least. */
  private leastRole(): string {
    const weight = (role: Facts["roles"][number]) =>
      Number(role.reserved) * 8 +
      Number(role.manage) * 4 +
      Number(role.every_machine) * 2 +
      Number(role.care);
    return [...this.facts.roles].sort((a, b) => weight(a) - weight(b))[0]?.name ?? "";
  }

  protected override render() {
    const { draft } = this;
    return html`
      <at-form-dialog
        heading=${this.member ? t("members.edit") : t("members.add")}
        .save=${() => this.save()}
        @at-close=${() => this.dispatchEvent(new CustomEvent("at-close"))}
      >
        ${this.text("name", true)} ${this.text("surname")}
        <at-select
          required
          label=${t("members.role")}
          .value=${draft.role}
          .options=${this.facts.roles.map(({ name }) => ({ value: name, label: name }))}
          @at-change=${(event: CustomEvent<string>) => this.set({ role: event.detail })}
        ></at-select>
        <atelier-card-field
          label=${t("members.cards")}
          .api=${this.api}
          .machines=${this.facts.machines}
          .value=${draft.cards}
          @at-change=${(event: CustomEvent<string[]>) => this.set({ cards: event.detail })}
        ></atelier-card-field>
        ${this.text("email")}
        <at-checkbox
          label=${t("members.weekly_summary")}
          .value=${draft.weekly_summary}
          @at-change=${(event: CustomEvent<boolean>) => this.set({ weekly_summary: event.detail })}
        ></at-checkbox>
        ${this.link()}
      </at-form-dialog>
    `;
  }

  private text(field: "name" | "surname" | "email", required = false) {
    return html`<at-text
      label=${t(`members.${field}`)}
      type=${field === "email" ? "email" : "text"}
      ?required=${required}
      .value=${this.draft[field]}
      @at-change=${(event: CustomEvent<string>) => this.set({ [field]: event.detail })}
    ></at-text>`;
  }

  private link() {
    const users = this.facts.users;
    if (!this.admin || !users) return nothing;
    return html`<at-select
      label=${t("members.user_id")}
      hint=${t("members.user_hint")}
      any=${t("members.no_user")}
      .value=${this.draft.user_id}
      .options=${users.map(({ id, name }) => ({ value: id, label: name }))}
      @at-change=${(event: CustomEvent<string>) => this.set({ user_id: event.detail })}
    ></at-select>`;
  }

  private set(change: Partial<Draft>): void {
    this.draft = { ...this.draft, ...change };
  }

  private async save(): Promise<void> {
    const { draft, member, read } = this;
    const changed = member ? differing(draft, read) : FIELDS.filter((field) => this.offers(field));
    const about = given(draft, changed);
    try {
      const answer = member
        ? await this.api.act<{ member: Member }>("change_member", {
            ...about,
            member_id: member.id,
            version: this.version,
          })
        : await this.api.act<{ member: Member }>("add_member", about);
      toast(t("common.saved"));
      this.dispatchEvent(new CustomEvent("at-saved", { detail: answer.member }));
    } catch (error) {
      if (member && failure(error).code === "ledger_conflict_member")
        await this.takeTheirs(member.id);
      throw error;
    }
  }

  /** Whether the form has this field: who is linked to whom is for administrators. */
  private offers(field: Field): boolean {
    return field !== "user_id" || (this.admin && this.facts.users !== undefined);
  }

  /** Take over what somebody else changed meanwhile, keep what was typed here, and say so. */
  private async takeTheirs(id: number): Promise<never> {
    type Answer = { member: Member; role: string };
    const { member, role } = await this.api.act<Answer>("resolve_member", { member_id: id });
    const now = draftOf({ ...member, role });
    const theirs = differing(now, this.read);
    this.draft = rebased(this.draft, this.read, now);
    this.read = now;
    this.version = member.version;
    const fields = theirs.map((field) => t(`members.${field}`)).join(", ");
    throw { code: "local", message: t("members.conflict", { fields: fields || "–" }) };
  }
}
