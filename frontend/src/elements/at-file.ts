import { mdiFileUploadOutline } from "@mdi/js";
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { t } from "../i18n/text";
import "./at-icon";
import { AtField } from "./field";

/** Files, chosen or dropped: `<at-file accept=".yaml" multiple @at-change=${e => e.detail}>`. */
@customElement("at-file")
export class AtFile extends AtField<File[]> {
  @property({ attribute: false }) value: File[] = [];
  @property() accept = "";
  @property({ type: Boolean }) multiple = false;
  /** What stands in the place of no file. */
  @property() choose = "";
  @state() private over = false;

  static override styles = [
    AtField.styles,
    css`
      .place {
        display: grid;
        justify-items: center;
        gap: 8px;
        margin: 0;
        padding: 24px 16px;
        border: 2px dashed var(--divider-color);
        border-radius: 12px;
        color: var(--primary-text-color);
        font-size: 1rem;
        text-align: center;
        overflow-wrap: anywhere;
        cursor: pointer;
      }
      .place.over,
      .place:focus-within {
        border-color: var(--primary-color);
      }
      input {
        position: absolute;
        width: 1px;
        height: 1px;
        min-height: 0;
        opacity: 0;
        pointer-events: none;
      }
    `,
  ];

  protected override problem(): string {
    return this.required && !this.value.length ? t("common.required") : "";
  }

  protected override render() {
    const chosen = this.value.map(({ name }) => name).join(", ");
    return html`
      ${this.label ? html`<span class="label" aria-hidden="true">${this.label}</span>` : nothing}
      <label
        class="place ${this.over ? "over" : ""}"
        @dragover=${(event: DragEvent) => {
          event.preventDefault();
          this.over = true;
        }}
        @dragleave=${() => {
          this.over = false;
        }}
        @drop=${this.dropped}
      >
        <at-icon .path=${mdiFileUploadOutline}></at-icon>
        ${this.label ? html`<span class="unseen">${this.label}</span>` : nothing}
        <span>${chosen || this.choose || t("common.choose_files")}</span>
        <input
          type="file"
          accept=${this.accept || nothing}
          ?multiple=${this.multiple}
          ?disabled=${this.disabled}
          aria-describedby=${this.describedBy}
          @change=${this.chosen}
        />
      </label>
      ${this.below()}
    `;
  }

  private chosen(event: Event): void {
    const input = event.target as HTMLInputElement;
    this.take(input.files);
    // The same file, changed since, may be chosen again.
    input.value = "";
  }

  private dropped(event: DragEvent): void {
    event.preventDefault();
    this.over = false;
    this.take(event.dataTransfer?.files);
  }

  private take(files: FileList | null | undefined): void {
    if (this.disabled || !files?.length) return;
    this.tell(this.multiple ? [...files] : [...files].slice(0, 1));
  }
}
