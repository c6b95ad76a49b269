import { mdiClose } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import "./at-icon";
import { base } from "./styles";

export type Tone = "plain" | "good" | "warning" | "bad" | "info";

/** A small word with a meaning: `<at-chip tone="warning">`; with `remove` it can be taken away. */
@customElement("at-chip")
export class AtChip extends LitElement {
  @property({ reflect: true }) tone: Tone = "plain";
  @property() icon = "";
  /** What the cross does, in words; it tells `at-close`. */
  @property({ attribute: "remove-label" }) removeLabel = "";

  static override styles = [
    base,
    css`
      :host {
        --tone: var(--secondary-text-color);
        display: inline-flex;
        vertical-align: middle;
        max-width: 100%;
      }
      :host([tone="good"]) {
        --tone: var(--success-color);
      }
      :host([tone="warning"]) {
        --tone: var(--warning-color);
      }
      :host([tone="bad"]) {
        --tone: var(--error-color);
      }
      :host([tone="info"]) {
        --tone: var(--info-color, var(--primary-color));
      }
      .chip {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        min-width: 0;
        min-height: 28px;
        padding: 2px 10px;
        border-radius: 14px;
        background: color-mix(in srgb, var(--tone) 20%, transparent);
        font-size: 0.8125rem;
        overflow-wrap: anywhere;
      }
      at-icon {
        --at-icon-size: 16px;
        color: var(--tone);
      }
      button {
        display: inline-flex;
        margin: -4px -8px -4px 0;
        padding: 8px;
        border: none;
        background: none;
        color: inherit;
        cursor: pointer;
      }
    `,
  ];

  protected override render() {
    return html`<span class="chip">
      ${this.icon ? html`<at-icon .path=${this.icon}></at-icon>` : nothing}
      <slot></slot>
      ${
        this.removeLabel
          ? html`<button
              aria-label=${this.removeLabel}
              @click=${() => this.dispatchEvent(new CustomEvent("at-close"))}
            >
              <at-icon .path=${mdiClose}></at-icon>
            </button>`
          : nothing
      }
    </span>`;
  }
}
