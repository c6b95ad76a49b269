import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { t } from "../i18n/text";
import "./at-chip";
import { AtField } from "./field";

/**
 * Several words, typed one after the other: Enter, a comma or leaving the field takes what is typed.
 *
 * `check` says what is wrong with a word; `""`, if nothing is.
 */
@customElement("at-words")
export class AtWords extends AtField<string[]> {
  @property({ attribute: false }) value: string[] = [];
  @property({ attribute: false }) check: (word: string) => string = () => "";
  /** What is offered while typing. */
  @property({ attribute: false }) offers: string[] = [];
  @state() private typed = "";
  @state() private refused = "";

  static override styles = [
    AtField.styles,
    css`
      .words {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        margin-top: 6px;
      }
      .words:empty {
        display: none;
      }
    `,
  ];

  protected override problem(): string {
    return this.refused;
  }

  protected override render() {
    return this.framed(html`
      <input
        id="control"
        list=${this.offers.length ? "offers" : nothing}
        autocomplete="off"
        ?disabled=${this.disabled}
        aria-describedby=${this.describedBy}
        aria-invalid=${this.said ? "true" : nothing}
        .value=${this.typed}
        @input=${this.heard}
        @keydown=${this.pressed}
        @blur=${() => this.take()}
      />
      <datalist id="offers">
        ${this.offers
          .filter((offer) => !this.value.includes(offer))
          .map((offer) => html`<option value=${offer}></option>`)}
      </datalist>
      <div class="words">
        ${this.value.map(
          (word) => html`<at-chip
            remove-label=${t("common.remove_this", { what: word })}
            @at-close=${() => this.tell(this.value.filter((one) => one !== word))}
          >
            ${word}
          </at-chip>`,
        )}
      </div>
    `);
  }

  override validate(): boolean {
    this.take();
    return super.validate();
  }

  private heard(event: Event): void {
    this.typed = (event.target as HTMLInputElement).value;
    this.refused = "";
    if (this.typed.endsWith(",")) this.take();
  }

  private pressed(event: KeyboardEvent): void {
    if (event.key === "Enter" && this.typed.trim()) {
      event.preventDefault();
      event.stopPropagation();
      this.take();
    } else if (event.key === "Backspace" && !this.typed && this.value.length) {
      this.tell(this.value.slice(0, -1));
    }
  }

  private take(): void {
    const words = this.typed
      .split(",")
      .map((word) => word.trim())
      .filter(Boolean);
    if (!words.length) {
      this.typed = "";
      return;
    }
    this.refused = words.map((word) => this.check(word)).find(Boolean) ?? "";
    this.touched = true;
    if (this.refused) return;
    this.typed = "";
    this.tell([...new Set([...this.value, ...words])]);
  }
}
