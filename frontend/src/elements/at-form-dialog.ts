import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { failureText } from "../i18n/failures";
import { t } from "../i18n/text";
import "./at-button";
import "./at-dialog";
import { validateAll } from "./field";
import { base } from "./styles";

/**
 * A dialog with fields: `<at-form-dialog heading=… .save=${async () => …} @at-close=${…}>fields…`.
 *
 * It checks its fields, shows a failure of `save` beside what was typed, and tells `at-close` once
 * it is saved or given up. Enter in a field saves.
 */
@customElement("at-form-dialog")
export class AtFormDialog extends LitElement {
  @property() heading = "";
  @property() action = "";
  @property({ type: Boolean }) danger = false;
  @property({ type: Boolean }) wide = false;
  @property({ attribute: false }) save: () => Promise<unknown> = async () => undefined;
  @state() private busy = false;
  @state() private failed = "";

  static override styles = [
    base,
    css`
      .fields {
        display: grid;
        gap: 16px;
      }
      .failed {
        margin: 16px 0 0;
        padding: 12px;
        border-radius: 8px;
        background: color-mix(in srgb, var(--error-color) 15%, transparent);
      }
    `,
  ];

  protected override render() {
    return html`
      <at-dialog heading=${this.heading} ?busy=${this.busy} ?wide=${this.wide} @at-close=${this.close}>
        <div class="fields" @keydown=${this.pressed}><slot></slot></div>
        ${this.failed ? html`<p class="failed" role="alert">${this.failed}</p>` : nothing}
        <at-button slot="actions" kind="quiet" ?disabled=${this.busy} @click=${this.close}>
          ${t("common.cancel")}
        </at-button>
        <at-button
          slot="actions"
          kind=${this.danger ? "danger" : "primary"}
          ?busy=${this.busy}
          @click=${this.submit}
        >
          ${this.action || t("common.save")}
        </at-button>
      </at-dialog>
    `;
  }

  private pressed(event: KeyboardEvent): void {
    const within = event.composedPath()[0];
    if (event.key !== "Enter" || event.isComposing || event.defaultPrevented) return;
    if (within instanceof HTMLInputElement) this.submit();
  }

  private async submit(): Promise<void> {
    if (this.busy || !validateAll(this)) return;
    this.busy = true;
    this.failed = "";
    try {
      await this.save();
      this.busy = false;
      this.close();
    } catch (error) {
      this.busy = false;
      this.failed = failureText(error);
    }
  }

  private close(): void {
    this.dispatchEvent(new CustomEvent("at-close"));
  }
}
