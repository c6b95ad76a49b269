import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { forgeFailure, type Problem } from "../../api/errors";
import "../../elements/at-button";
import "../../elements/at-checkbox";
import "../../elements/at-chip";
import "../../elements/at-file";
import { Dialog } from "../../elements/dialog";
import { failureText } from "../../i18n/failures";
import { number } from "../../i18n/format";
import { t } from "../../i18n/text";
import type { ForgeDoor } from "../door";
import type { Places } from "../places";

interface Outcome {
  file: string;
  success: boolean;
  profile_id: string | null;
  version: number | null;
  error: Problem | null;
}

interface Result {
  succeeded: number;
  failed: number;
  results: Outcome[];
}

const LARGEST = 256 * 1024;
/** Requests are kept below the size that the Forge takes. */
const PIECE = 2 * 1024 * 1024;

/** Bring profiles from files: YAML, JSON or TOML, one result each. */
@customElement("forge-import-dialog")
export class ImportDialog extends Dialog {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) places!: Places;
  @state() private files: File[] = [];
  @state() private overwrite = false;
  @state() private results?: Outcome[];

  static override styles = [
    Dialog.styles,
    css`
      ul {
        display: grid;
        gap: 8px;
        margin: 0;
        padding: 0;
        list-style: none;
        overflow-wrap: anywhere;
      }
      .why {
        color: var(--secondary-text-color);
        font-size: 0.875rem;
      }
    `,
  ];

  protected override render() {
    const { results } = this;
    return this.framed(
      t("forge_profiles.import"),
      results ? this.told(results) : this.form(),
      html`${this.closing(results !== undefined)} ${results ? nothing : this.action()}`,
    );
  }

  private action() {
    return html`<at-button
      slot="actions"
      kind="primary"
      ?disabled=${!this.files.length}
      ?busy=${this.busy}
      @click=${this.bring}
    >
      ${t("forge_profiles.import_these", { n: this.files.length })}
    </at-button>`;
  }

  private form() {
    return html`
      <at-file
        label=${t("forge_profiles.files")}
        hint=${t("forge_profiles.files_hint")}
        accept=".yaml,.yml,.json,.toml"
        multiple
        ?disabled=${this.busy}
        @at-change=${(event: CustomEvent<File[]>) => {
          this.files = event.detail;
          this.failed = undefined;
        }}
      ></at-file>
      <at-checkbox
        label=${t("forge_profiles.import_update")}
        hint=${t("forge_profiles.import_update_hint")}
        .value=${this.overwrite}
        @at-change=${(event: CustomEvent<boolean>) => {
          this.overwrite = event.detail;
        }}
      ></at-checkbox>
      ${this.refusal()}
    `;
  }

  private told(results: Outcome[]) {
    const good = results.filter(({ success }) => success).length;
    return html`
      <div role="status">
        ${t("forge_profiles.imported", { n: number(good), total: number(results.length) })}
      </div>
      <ul>
        ${results.map(
          ({ file, success, profile_id, version, error }) => html`<li>
            <at-chip tone=${success ? "good" : "bad"}>
              ${t(success ? "forge_profiles.taken" : "forge_profiles.not_taken")}
            </at-chip>
            ${
              success && profile_id
                ? html`<a href=${this.places.address(["profiles", profile_id])}>${profile_id}</a>
                    <span class="why">${t("forge_profiles.version", { version: version ?? 1 })}</span>`
                : file
            }
            ${error ? html`<div class="why">${failureText(forgeFailure(error))}</div>` : nothing}
          </li>`,
        )}
      </ul>
    `;
  }

  private async bring(): Promise<void> {
    await this.work(async () => {
      const results: Outcome[] = [];
      for (const piece of await this.pieces(results)) {
        const body = { files: piece, update: this.overwrite };
        const told = await this.door.request<Result>("POST", "/profile-import", { body });
        results.push(...told.results);
      }
      this.results = results;
    });
    this.dispatchEvent(new CustomEvent("at-saved"));
  }

  /** Read the files, in pieces that the Forge takes; what is no text has its result at once. */
  private async pieces(results: Outcome[]): Promise<{ name: string; text: string }[][]> {
    const pieces: { name: string; text: string }[][] = [[]];
    let size = 0;
    for (const file of this.files) {
      const text = file.size > LARGEST ? undefined : await textOf(file);
      if (text === undefined) {
        const code = file.size > LARGEST ? "file_too_large" : "no_text";
        const error = { code, message: t(`forge_profiles.${code}`) };
        results.push({ file: file.name, success: false, profile_id: null, version: null, error });
        continue;
      }
      size += file.size;
      if (size > PIECE) {
        pieces.push([]);
        size = file.size;
      }
      pieces.at(-1)?.push({ name: file.name, text });
    }
    return pieces.filter((piece) => piece.length);
  }
}

async function textOf(file: File): Promise<string | undefined> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    return undefined;
  }
}
