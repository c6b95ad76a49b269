import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { base } from "./styles";

/** How far something is: `<at-bar label=… .value=${0.4} tone="warning">`; without a value: busy. */
@customElement("at-bar")
export class AtBar extends LitElement {
  @property() label = "";
  /** From 0 to 1. */
  @property({ type: Number }) value: number | null = null;
  @property({ reflect: true }) tone: "plain" | "warning" | "bad" = "plain";

  static override styles = [
    base,
    css`
      :host {
        --tone: var(--primary-color);
        display: block;
      }
      :host([tone="warning"]) {
        --tone: var(--warning-color);
      }
      :host([tone="bad"]) {
        --tone: var(--error-color);
      }
      .track {
        height: 6px;
        overflow: hidden;
        border-radius: 3px;
        background: color-mix(in srgb, var(--tone) 20%, transparent);
      }
      .done {
        height: 100%;
        border-radius: 3px;
        background: var(--tone);
        transition: width 0.4s;
      }
      .busy {
        width: 40%;
        animation: go 1.4s ease-in-out infinite alternate;
      }
      @keyframes go {
        from {
          translate: -50%;
        }
        to {
          translate: 200%;
        }
      }
    `,
  ];

  protected override render() {
    const value = this.value === null ? null : Math.min(1, Math.max(0, this.value));
    return html`<div
      class="track"
      role="progressbar"
      aria-label=${this.label || nothing}
      aria-valuenow=${value === null ? nothing : Math.round(value * 100)}
    >
      <div
        class="done ${value === null ? "busy" : ""}"
        .style=${value === null ? "" : `width:${value * 100}%`}
      ></div>
    </div>`;
  }
}
