import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { AtField } from "./field";

/** Yes or no. */
@customElement("at-checkbox")
export class AtCheckbox extends AtField<boolean> {
  @property({ type: Boolean }) value = false;

  static override styles = [
    AtField.styles,
    css`
      label {
        display: flex;
        align-items: center;
        gap: 12px;
        min-height: 44px;
        margin: 0;
        font-size: 1rem;
        color: var(--primary-text-color);
        cursor: pointer;
      }
      input {
        width: 20px;
        min-height: 20px;
        height: 20px;
        flex: none;
        margin: 0;
        accent-color: var(--primary-color);
      }
      .hint,
      .error {
        margin: -8px 0 8px 32px;
      }
    `,
  ];

  protected override render() {
    return html`
      <label>
        <input
          type="checkbox"
          ?disabled=${this.disabled}
          aria-describedby=${this.describedBy}
          aria-label=${this.label ? nothing : this.title}
          .checked=${this.value}
          @change=${(event: Event) => this.tell((event.target as HTMLInputElement).checked)}
        />
        ${this.label}
      </label>
      ${this.below()}
    `;
  }
}
