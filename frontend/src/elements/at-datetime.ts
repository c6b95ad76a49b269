import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { fromField, toField } from "../i18n/format";
import { AtField } from "./field";

/** A moment, ISO text or `null`, typed in the zone that the user sees times in. */
@customElement("at-datetime")
export class AtDatetime extends AtField<string | null> {
  @property() value: string | null = null;

  protected override render() {
    return this.framed(html`
      <input
        id="control"
        type="datetime-local"
        ?required=${this.required}
        ?disabled=${this.disabled}
        aria-describedby=${this.describedBy}
        aria-invalid=${this.said ? "true" : nothing}
        .value=${toField(this.value)}
        @change=${(event: Event) => this.tell(fromField((event.target as HTMLInputElement).value))}
      />
    `);
  }
}
