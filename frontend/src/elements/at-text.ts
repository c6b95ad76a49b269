import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { AtField } from "./field";

/** A line of text: `<at-text label=… .value=${…} @at-change=${e => … e.detail}>`. */
@customElement("at-text")
export class AtText extends AtField<string> {
  @property() value = "";
  @property() type: "text" | "email" | "url" = "text";
  @property({ type: Number }) maxlength = 128;
  @property() autocomplete = "off";

  protected override render() {
    return this.framed(html`
      <input
        id="control"
        type=${this.type}
        maxlength=${this.maxlength}
        autocomplete=${this.autocomplete}
        ?required=${this.required}
        ?disabled=${this.disabled}
        aria-describedby=${this.describedBy}
        aria-invalid=${this.said ? "true" : nothing}
        .value=${this.value}
        @input=${(event: Event) => this.tell((event.target as HTMLInputElement).value)}
      />
    `);
  }
}
