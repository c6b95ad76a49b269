import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { number } from "../i18n/format";
import { t } from "../i18n/text";
import { AtField } from "./field";

/** A number or nothing (`null`), within `min` and `max`. */
@customElement("at-number")
export class AtNumber extends AtField<number | null> {
  @property({ type: Number }) value: number | null = null;
  @property({ type: Number }) min = 0;
  @property({ type: Number }) max = 1e9;
  /** What it may be a multiple of; `any` lets fractions in. */
  @property() step: number | "any" = 1;
  private unreadable = false;

  protected override problem(): string {
    const { value, min, max } = this;
    const outside = value !== null && (value < min || value > max);
    const broken = value !== null && this.step === 1 && !Number.isInteger(value);
    if (outside || broken || this.unreadable) {
      return t("common.between", { min: number(min), max: number(max) });
    }
    return super.problem();
  }

  protected override render() {
    return this.framed(html`
      <input
        id="control"
        type="number"
        inputmode=${this.step === 1 ? "numeric" : "decimal"}
        min=${this.min}
        max=${this.max}
        step=${this.step}
        ?required=${this.required}
        ?disabled=${this.disabled}
        aria-describedby=${this.describedBy}
        aria-invalid=${this.said ? "true" : nothing}
        .value=${this.value === null ? "" : String(this.value)}
        @input=${this.typed}
        @blur=${() => this.validate()}
      />
    `);
  }

  private typed(event: Event): void {
    const input = event.target as HTMLInputElement;
    this.unreadable = input.validity.badInput;
    this.tell(Number.isNaN(input.valueAsNumber) ? null : input.valueAsNumber);
  }
}
