import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { AtField } from "./field";

/** Text of several lines: `<at-area label=… .value=${…} @at-change=${e => … e.detail}>`. */
@customElement("at-area")
export class AtArea extends AtField<string> {
  @property() value = "";
  @property({ type: Number }) rows = 3;

  static override styles = [
    AtField.styles,
    css`
      textarea {
        resize: vertical;
      }
    `,
  ];

  protected override render() {
    return this.framed(html`
      <textarea
        id="control"
        rows=${this.rows}
        ?required=${this.required}
        ?disabled=${this.disabled}
        aria-describedby=${this.describedBy}
        aria-invalid=${this.said ? "true" : nothing}
        .value=${this.value}
        @input=${(event: Event) => this.tell((event.target as HTMLTextAreaElement).value)}
      ></textarea>
    `);
  }
}
