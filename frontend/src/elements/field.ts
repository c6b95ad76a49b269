/** The base of fields: a label, a hint, an error, and a value that is told by `at-change`. */

import { type CSSResultGroup, html, LitElement, nothing } from "lit";
import { property, state } from "lit/decorators.js";
import { t } from "../i18n/text";
import { base, field } from "./styles";

export abstract class AtField<V> extends LitElement {
  @property() label = "";
  @property() hint = "";
  @property({ type: Boolean }) required = false;
  @property({ type: Boolean }) disabled = false;
  /** What is wrong with the value; set by the page, or by `validate`. */
  @property() error = "";
  @state() protected touched = false;
  abstract value: V;

  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles: CSSResultGroup = [base, field];

  /** Return what is wrong with the value in itself. */
  protected problem(): string {
    const empty = this.value === null || this.value === "" || this.value === undefined;
    return this.required && empty ? t("common.required") : "";
  }

  /** Show what is wrong, if anything; return whether the value can be taken. */
  validate(): boolean {
    this.touched = true;
    return !this.problem();
  }

  /** Take a value from the person, and tell it. */
  protected tell(value: V): void {
    this.value = value;
    this.error = "";
    this.dispatchEvent(new CustomEvent<V>("at-change", { detail: value }));
  }

  protected override willUpdate(): void {
    this.toggleAttribute("invalid", this.said !== "");
  }

  protected get said(): string {
    return this.error || (this.touched ? this.problem() : "");
  }

  protected get describedBy() {
    return this.said ? "error" : this.hint ? "hint" : nothing;
  }

  /** Draw a control with its label above and its hint or error below. */
  protected framed(control: unknown) {
    return html`
      <label for="control">${this.label}${this.required ? html` <span aria-hidden="true">*</span>` : nothing}</label>
      ${control} ${this.below()}
    `;
  }

  protected below() {
    if (this.said) return html`<p class="error" id="error" role="alert">${this.said}</p>`;
    return this.hint ? html`<p class="hint" id="hint">${this.hint}</p>` : nothing;
  }
}

/** Let all fields within an element show what is wrong; focus the first that has something. */
export function validateAll(root: ParentNode): boolean {
  const wrong = [...root.querySelectorAll("*")].filter(
    (element): element is AtField<unknown> => element instanceof AtField && !element.validate(),
  );
  wrong[0]?.focus();
  return wrong.length === 0;
}

declare global {
  interface HTMLElementEventMap {
    "at-change": CustomEvent;
    "at-close": CustomEvent;
  }
}
