import { mdiDelete, mdiPencil, mdiPlus } from "@mdi/js";
import { html, LitElement, nothing } from "lit";
import { property, state } from "lit/decorators.js";
import type { Api } from "../../api/api";
import type { Facts, Removed } from "../../api/types";
import "../../elements/at-button";
import "../../elements/at-form-dialog";
import "../../elements/at-menu";
import { attempt, removedToast, toast } from "../../elements/at-toasts";
import { base, lines, page } from "../../elements/styles";
import { t } from "../../i18n/text";
import type { About } from "./about";

interface Card<D> {
  heading: string;
  /** What the button above the list says, and what the form begins with then. */
  add: string;
  blank: D;
  disabled?: boolean;
  above?: unknown;
  lines: unknown[];
  none: string;
}

/**
 * The base of a list of what a member was given, with a form to give more and change what is.
 *
 * `D` is what the form holds. `at-saved` tells that something is different now.
 */
export abstract class MemberPart<D extends object> extends LitElement {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) facts!: Facts;
  @property({ attribute: false }) about!: About;
  @state() private draft: D | null = null;

  static override styles = [base, page, lines];

  protected abstract card(): Card<D>;
  /** What the form is called, and its fields. */
  protected abstract readonly asked: string;
  protected abstract fields(draft: D): unknown;
  /** The action that gives what the form holds. */
  protected abstract give(draft: D): [action: string, data: Record<string, unknown>];

  protected override render() {
    const { heading, add, blank, disabled = false, above = nothing, lines, none } = this.card();
    return html`<section class="card">
      <div class="head">
        <h2>${heading}</h2>
        <at-button .icon=${mdiPlus} ?disabled=${disabled} @click=${() => this.edit(blank)}>
          ${add}
        </at-button>
      </div>
      ${above}
      ${lines.length ? html`<ul>${lines}</ul>` : html`<p class="muted">${none}</p>`}
      ${this.draft ? this.form(this.draft) : nothing}
    </section>`;
  }

  /** What can be done with a line: changed, as the form has it, or taken away. */
  protected menu(name: string, draft: D, away: { label: string; run: () => void }) {
    return html`<at-menu
      label=${t("members.more", { name })}
      .items=${[
        { label: t("common.edit"), icon: mdiPencil, run: () => this.edit(draft) },
        { icon: mdiDelete, danger: true, ...away },
      ]}
    ></at-menu>`;
  }

  private form(draft: D) {
    return html`<at-form-dialog
      heading=${t(this.asked, { who: this.about.name })}
      .save=${() => this.save(draft)}
      @at-close=${() => this.edit(null)}
    >
      ${this.fields(draft)}
    </at-form-dialog>`;
  }

  private edit(draft: D | null): void {
    this.draft = draft;
  }

  protected set(change: Partial<D>): void {
    if (this.draft) this.draft = { ...this.draft, ...change };
  }

  private async save(draft: D): Promise<void> {
    const [action, data] = this.give(draft);
    await this.api.act(action, { member_id: this.about.member.id, ...data });
    toast(t("common.saved"));
    this.tell();
  }

  /** Take something away, and offer to give it back. */
  protected async drop(action: string, which: object, text: string): Promise<void> {
    const data = { member_id: this.about.member.id, ...which };
    const removed = await attempt(() => this.api.act<Removed>(action, data));
    if (!removed) return;
    this.tell();
    removedToast(this.api, text, removed, () => this.tell());
  }

  private tell(): void {
    this.dispatchEvent(new CustomEvent("at-saved"));
  }
}
