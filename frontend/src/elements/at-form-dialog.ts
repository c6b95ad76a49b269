import { html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { t } from "../i18n/text";
import { Dialog } from "./dialog";
import { validateAll } from "./field";

/**
 * A dialog with fields: `<at-form-dialog heading=… .save=${async () => …} @at-close=${…}>fields…`.
 *
 * It checks its fields, shows a failure of `save` beside what was typed, and tells `at-close` once
 * it is saved or given up. Enter in a field saves.
 */
@customElement("at-form-dialog")
export class AtFormDialog extends Dialog {
  @property() heading = "";
  @property() action = "";
  @property({ type: Boolean }) danger = false;
  @property({ type: Boolean }) wide = false;
  @property({ attribute: false }) save: () => Promise<unknown> = async () => undefined;

  protected override render() {
    const fields = html`<div class="stack" @keydown=${this.pressed}><slot></slot></div>`;
    return this.framed(
      this.heading,
      html`${fields} ${this.refusal()}`,
      html`${this.closing()}
        <at-button
          slot="actions"
          kind=${this.danger ? "danger" : "primary"}
          ?busy=${this.busy}
          @click=${this.submit}
        >
          ${this.action || t("common.save")}
        </at-button>`,
      this.wide,
    );
  }

  private pressed(event: KeyboardEvent): void {
    const within = event.composedPath()[0];
    if (event.key !== "Enter" || event.isComposing || event.defaultPrevented) return;
    if (within instanceof HTMLInputElement) this.submit();
  }

  private async submit(): Promise<void> {
    if (this.busy || !validateAll(this)) return;
    if (await this.work(() => this.save())) this.close();
  }
}
