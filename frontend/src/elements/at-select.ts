import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { t } from "../i18n/text";
import { AtField } from "./field";

export interface Option {
  value: string;
  label: string;
}

/** One of several: `.options=${[{value, label}]}`; `any` names the choice of none (`""`). */
@customElement("at-select")
export class AtSelect extends AtField<string> {
  @property() value = "";
  @property({ attribute: false }) options: Option[] = [];
  @property() any = "";

  protected override render() {
    const none = this.any || (this.required ? t("common.choose") : "");
    return this.framed(html`
      <select
        id="control"
        ?required=${this.required}
        ?disabled=${this.disabled}
        aria-describedby=${this.describedBy}
        aria-invalid=${this.said ? "true" : nothing}
        @change=${(event: Event) => this.tell((event.target as HTMLSelectElement).value)}
      >
        ${none ? html`<option value="" ?selected=${this.value === ""}>${none}</option>` : nothing}
        ${this.options.map(
          ({ value, label }) =>
            html`<option value=${value} ?selected=${value === this.value}>${label}</option>`,
        )}
      </select>
    `);
  }

  protected override updated(): void {
    // `selected` is only what it begins with: a value that is set later has to be set here.
    const select = this.renderRoot.querySelector("select");
    if (select && select.value !== this.value) select.value = this.value;
  }
}
