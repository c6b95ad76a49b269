import { mdiDelete, mdiPencil, mdiPlus } from "@mdi/js";
import { html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../../api/api";
import type { Facts, Removed } from "../../api/types";
import "../../elements/at-button";
import "../../elements/at-chip";
import "../../elements/at-datetime";
import "../../elements/at-form-dialog";
import "../../elements/at-menu";
import "../../elements/at-select";
import { attempt, removedToast, toast } from "../../elements/at-toasts";
import { base, lines, page } from "../../elements/styles";
import { dateTime } from "../../i18n/format";
import { t } from "../../i18n/text";
import { type About, isOver, type Permission } from "./about";

interface Draft {
  /** `machine:3` or `type:Laser`, as a list of choices has it. */
  target: string;
  until: string | null;
  fixed: boolean;
}

/** What a member may use, until when; granted and taken away. */
@customElement("atelier-member-permissions")
export class MemberPermissions extends LitElement {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) facts!: Facts;
  @property({ attribute: false }) about!: About;
  @state() private draft: Draft | null = null;

  static override styles = [base, page, lines];

  protected override render() {
    const { permissions, every_machine } = this.about;
    return html`<section class="card">
      <div class="head">
        <h2>${t("members.permissions")}</h2>
        <at-button
          .icon=${mdiPlus}
          @click=${() => {
            this.draft = { target: "", until: null, fixed: false };
          }}
        >
          ${t("members.grant")}
        </at-button>
      </div>
      ${every_machine ? html`<p>${t("members.every_machine", { role: this.about.role })}</p>` : nothing}
      ${
        permissions.length
          ? html`<ul>
              ${permissions.map((one) => this.line(one))}
            </ul>`
          : html`<p class="muted">${t("members.no_permissions")}</p>`
      }
      ${this.draft ? this.form(this.draft) : nothing}
    </section>`;
  }

  private line(permission: Permission) {
    const { until } = permission;
    return html`<li>
      <div>
        ${this.nameOf(permission)}
        ${
          until
            ? isOver(until)
              ? html`<at-chip tone="bad">${t("members.expired", { when: dateTime(until) })}</at-chip>`
              : html`<at-chip tone="info">${t("members.until_moment", { when: dateTime(until) })}</at-chip>`
            : nothing
        }
      </div>
      <at-menu
        label=${t("members.more", { name: this.nameOf(permission) })}
        .items=${[
          {
            label: t("common.edit"),
            icon: mdiPencil,
            run: () => {
              this.draft = { target: this.targetOf(permission), until, fixed: true };
            },
          },
          {
            label: t("members.revoke"),
            icon: mdiDelete,
            danger: true,
            run: () => this.revoke(permission),
          },
        ]}
      ></at-menu>
    </li>`;
  }

  private form(draft: Draft) {
    const { types, machines } = this.facts;
    return html`<at-form-dialog
      heading=${t("members.grant_heading", { who: this.about.name })}
      .save=${() => this.grant(draft)}
      @at-close=${() => {
        this.draft = null;
      }}
    >
      <at-select
        required
        label=${t("members.what")}
        ?disabled=${draft.fixed}
        .value=${draft.target}
        .options=${[
          ...types.map(({ name }) => ({
            value: `type:${name}`,
            label: t("members.all_of", { name }),
          })),
          ...machines.map(({ id, name }) => ({ value: `machine:${id}`, label: name })),
        ]}
        @at-change=${(event: CustomEvent<string>) => {
          this.draft = { ...draft, target: event.detail };
        }}
      ></at-select>
      <at-datetime
        label=${t("members.until")}
        hint=${t("members.until_hint")}
        .value=${draft.until}
        @at-change=${(event: CustomEvent<string | null>) => {
          this.draft = { ...draft, until: event.detail };
        }}
      ></at-datetime>
    </at-form-dialog>`;
  }

  private async grant({ target, until }: Draft): Promise<void> {
    await this.api.act("grant_permission", {
      member_id: this.about.member.id,
      ...given(target),
      until: until ?? undefined,
    });
    toast(t("common.saved"));
    this.dispatchEvent(new CustomEvent("at-saved"));
  }

  private async revoke(permission: Permission): Promise<void> {
    const given_ = given(this.targetOf(permission));
    const removed = await attempt(() =>
      this.api.act<Removed>("revoke_permission", { member_id: this.about.member.id, ...given_ }),
    );
    if (!removed) return;
    const again = () => this.dispatchEvent(new CustomEvent("at-saved"));
    again();
    const text = t("members.revoked", { name: this.nameOf(permission) });
    removedToast(this.api, text, removed, again);
  }

  private targetOf({ machine_id, type_id }: Permission): string {
    const type = this.facts.types.find(({ id }) => id === type_id);
    return type ? `type:${type.name}` : `machine:${machine_id}`;
  }

  private nameOf({ machine_id, type_id }: Permission): string {
    const type = this.facts.types.find(({ id }) => id === type_id);
    if (type) return t("members.all_of", { name: type.name });
    const machine = this.facts.machines.find(({ id }) => id === machine_id);
    return machine?.name ?? String(machine_id ?? type_id);
  }
}

function given(target: string): { type: string } | { machine_id: number } {
  const [kind = "", ...rest] = target.split(":");
  const named = rest.join(":");
  return kind === "type" ? { type: named } : { machine_id: Number(named) };
}
