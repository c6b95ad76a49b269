import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { t } from "../i18n/text";
import "./at-icon";
import { base } from "./styles";

/**
 * A button: `<at-button kind="primary" .icon=${mdiPlus} @click=${…}>Add</at-button>`.
 *
 * Without text it is an icon alone and needs a `label`. While `busy` it takes no clicks.
 */
@customElement("at-button")
export class AtButton extends LitElement {
  @property({ reflect: true }) kind: "primary" | "plain" | "quiet" | "danger" = "plain";
  @property() icon = "";
  @property() label = "";
  @property({ type: Boolean, reflect: true }) disabled = false;
  @property({ type: Boolean, reflect: true }) busy = false;
  /** Why it takes no clicks now, for all to read; it can still be reached. */
  @property() hindrance = "";
  /** For buttons that open something: whether it is open. */
  @property() expanded?: "true" | "false";
  /** For buttons that stay pressed. */
  @property() pressed?: "true" | "false";

  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };

  static override styles = [
    base,
    css`
      /* Home Assistant's own blue is too pale for small letters. */
      :host {
        display: inline-block;
        --ink: color-mix(in srgb, var(--primary-color) 72%, var(--primary-text-color));
        --fill: color-mix(in srgb, var(--primary-color) 78%, #000);
      }
      :host([disabled]),
      :host([busy]) {
        pointer-events: none;
      }
      button {
        display: inline-flex;
        align-items: center;
        justify-content: center;
        gap: 8px;
        width: 100%;
        min-height: 40px;
        min-width: 40px;
        padding: 8px 16px;
        border: 1px solid var(--divider-color);
        border-radius: 20px;
        background: transparent;
        color: var(--ink);
        font: inherit;
        font-size: 0.875rem;
        font-weight: 500;
        cursor: pointer;
      }
      button.icon {
        padding: 7px;
        color: var(--secondary-text-color);
      }
      button:hover {
        background: color-mix(in srgb, currentColor 10%, transparent);
      }
      :host([kind="primary"]) button {
        border-color: transparent;
        background: var(--fill);
        color: var(--text-primary-color, #fff);
      }
      :host([kind="primary"]) button:hover {
        background: color-mix(in srgb, var(--fill) 92%, #000);
      }
      :host([kind="quiet"]) button {
        border-color: transparent;
      }
      :host([kind="danger"]) button {
        color: color-mix(in srgb, var(--error-color) 80%, var(--primary-text-color));
      }
      button[aria-pressed="true"] {
        border-color: var(--primary-color);
        background: color-mix(in srgb, var(--primary-color) 18%, transparent);
      }
      button:disabled,
      button[aria-disabled="true"],
      :host([kind="danger"]) button:disabled {
        color: var(--disabled-text-color);
      }
      button[aria-disabled="true"] {
        cursor: not-allowed;
      }
      :host([kind="primary"]) button:disabled,
      :host([kind="primary"]) button[aria-disabled="true"] {
        background: var(--disabled-color, var(--disabled-text-color));
        color: var(--text-primary-color, #fff);
      }
      at-icon {
        --at-icon-size: 20px;
      }
    `,
  ];

  protected override render() {
    const alone = this.textContent?.trim() === "";
    return html`
      <button
        type="button"
        class=${alone ? "icon" : ""}
        ?disabled=${this.disabled}
        aria-busy=${this.busy}
        aria-label=${this.label || nothing}
        aria-disabled=${this.hindrance ? "true" : nothing}
        aria-description=${this.hindrance || nothing}
        title=${this.hindrance || (alone ? this.label : nothing)}
        aria-expanded=${this.expanded ?? nothing}
        aria-pressed=${this.pressed ?? nothing}
        @click=${this.guard}
      >
        ${this.icon ? html`<at-icon .path=${this.icon}></at-icon>` : nothing}
        ${this.busy ? t("common.working") : html`<slot @slotchange=${() => this.requestUpdate()}></slot>`}
      </button>
    `;
  }

  private guard(event: Event): void {
    if (this.busy || this.hindrance) event.stopPropagation();
  }
}
