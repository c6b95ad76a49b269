import { mdiDeleteOutline, mdiPlus } from "@mdi/js";
import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import "../../elements/at-button";
import "../../elements/at-text";
import { AtField } from "../../elements/field";
import { t } from "../../i18n/text";
import type { OwnFile } from "./profile";

const COLUMNS = ["source", "destination", "mode"] as const;

/** Files that an image gets: where each is in the shared folder, and where it goes. */
@customElement("forge-files-field")
export class FilesField extends AtField<OwnFile[]> {
  @property({ attribute: false }) value: OwnFile[] = [];
  /** What is wrong, by place: `files[0].mode`. */
  @property({ attribute: false }) problems: Record<string, string> = {};

  static override styles = [
    AtField.styles,
    css`
      .fields {
        display: grid;
        gap: 12px;
      }
      .file {
        display: grid;
        grid-template-columns: 1fr 1fr 96px auto;
        gap: 8px;
        align-items: start;
        padding-bottom: 12px;
        border-bottom: 1px solid var(--divider-color);
      }
      .file at-button {
        margin-top: 25px;
      }
      @media (max-width: 640px) {
        .file {
          grid-template-columns: 1fr auto;
        }
        .file > :first-child,
        .file > :nth-child(2) {
          grid-column: 1 / -1;
        }
      }
      p {
        margin: 0;
        color: var(--error-color);
        font-size: 0.8125rem;
      }
    `,
  ];

  protected override render() {
    return html`<div class="fields" role="group" aria-label=${t("forge_profiles.field.files")}>
      ${this.value.map((file, index) => this.file(file, index))}
      ${this.problems.files ? html`<p role="alert">${this.problems.files}</p>` : ""}
      <div>
        <at-button .icon=${mdiPlus} @click=${() => this.tell([...this.value, { source: "", destination: "" }])}>
          ${t("forge_profiles.add_file")}
        </at-button>
      </div>
    </div>`;
  }

  private file(file: OwnFile, index: number) {
    return html`<div class="file">
      ${COLUMNS.map(
        (name) => html`<at-text
          label=${t(`forge_profiles.field.files_${name}`)}
          ?required=${name !== "mode"}
          maxlength="500"
          .value=${file[name] ?? ""}
          error=${this.problems[`files[${index}].${name}`] ?? ""}
          @at-change=${(event: CustomEvent<string>) => this.set(index, { [name]: event.detail })}
        ></at-text>`,
      )}
      <at-button
        kind="quiet"
        .icon=${mdiDeleteOutline}
        label=${t("common.remove_this", { what: file.destination || t("forge_profiles.field.files") })}
        @click=${() => this.tell(this.value.filter((_, at) => at !== index))}
      ></at-button>
    </div>`;
  }

  private set(index: number, change: Partial<OwnFile>): void {
    this.tell(this.value.map((file, at) => (at === index ? { ...file, ...change } : file)));
  }

  override validate(): boolean {
    return true; // the editor tells what is wrong
  }
}
