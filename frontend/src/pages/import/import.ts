import { mdiDatabaseImport } from "@mdi/js";
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import "../../elements/at-bar";
import "../../elements/at-button";
import "../../elements/at-file";
import "../../elements/at-note";
import { AtelierPage } from "../../frame/page";
import { failureText } from "../../i18n/failures";
import { number } from "../../i18n/format";
import { known, t } from "../../i18n/text";

type Counts = Record<string, number>;

interface Preview {
  would_bring: Counts;
  notes: Counts;
}

interface Result {
  new: Counts;
  known: Counts;
  left_out: Counts;
  notes: Counts;
}

/** Bring what a Fab-O-matic backend knows: choose its file, see what it holds, bring it. */
@customElement("atelier-import")
export class ImportPage extends AtelierPage {
  @state() private file: File | null = null;
  @state() private preview: Preview | null = null;
  @state() private result: Result | null = null;
  @state() private working = false;
  @state() private failed = "";

  static override styles = [
    AtelierPage.styles,
    css`
      .narrow {
        max-width: 720px;
      }
      table {
        width: 100%;
        border-collapse: collapse;
      }
      th,
      td {
        padding: 8px 4px;
        border-bottom: 1px solid var(--divider-color);
        text-align: end;
      }
      th:first-child {
        text-align: start;
        font-weight: 400;
      }
    `,
  ];

  protected override render() {
    return html`<div class="narrow stack">
      <h1>${t("import.title")}</h1>
      <p class="muted">${t("import.about")}</p>
      <at-file
        choose=${t("import.choose")}
        accept=".sqldb,.db,.sqlite,.sqlite3"
        .value=${this.file ? [this.file] : []}
        ?disabled=${this.working}
        @at-change=${(event: CustomEvent<File[]>) => this.choose(event.detail)}
      ></at-file>
      ${this.working ? html`<at-bar label=${t("common.working")}></at-bar>` : nothing}
      ${this.failed ? html`<at-note kind="error" @at-retry=${this.again}>${this.failed}</at-note>` : nothing}
      ${this.preview ? this.offer(this.preview) : nothing}
      ${this.result ? this.report(this.result) : nothing}
    </div>`;
  }

  private offer({ would_bring, notes }: Preview) {
    return html`<section class="card">
      <h2>${t("import.would_bring")}</h2>
      <table>
        ${kinds(would_bring).map(
          (kind) => html`<tr>
            <th scope="row">${named(kind)}</th>
            <td>${number(would_bring[kind] ?? 0)}</td>
          </tr>`,
        )}
      </table>
      ${remarks(notes)}
      <p>
        <at-button
          kind="primary"
          .icon=${mdiDatabaseImport}
          ?busy=${this.working}
          @click=${() => this.bring()}
        >
          ${t("import.bring")}
        </at-button>
      </p>
    </section>`;
  }

  private report(result: Result) {
    const columns = ["new", "known", "left_out"] as const;
    const all = kinds({ ...result.left_out, ...result.known, ...result.new });
    return html`<section class="card">
      <h2>${t("import.done")}</h2>
      <table>
        <tr>
          <th></th>
          ${columns.map((column) => html`<th scope="col">${t(`import.${column}`)}</th>`)}
        </tr>
        ${all.map(
          (kind) => html`<tr>
            <th scope="row">${named(kind)}</th>
            ${columns.map((column) => html`<td>${number(result[column][kind] ?? 0)}</td>`)}
          </tr>`,
        )}
      </table>
      ${remarks(result.notes)}
      <p class="muted">${t("import.again")}</p>
    </section>`;
  }

  private async choose([file]: File[]): Promise<void> {
    if (!file || this.working) return;
    this.file = file;
    this.result = null;
    this.preview = null;
    await this.send(file, async (id) => {
      this.preview = (await this.api.import(id, true)) as unknown as Preview;
    });
  }

  private again(): void {
    if (this.file) this.choose([this.file]);
  }

  private async bring(): Promise<void> {
    const file = this.file;
    if (!file) return;
    await this.send(file, async (id) => {
      this.result = (await this.api.import(id, false)) as unknown as Result;
      this.preview = null;
    });
  }

  /** Upload the file and do something with it; a failure is shown and changes nothing. */
  private async send(file: File, work: (id: string) => Promise<void>): Promise<void> {
    this.working = true;
    this.failed = "";
    try {
      await work(await this.api.upload(file));
    } catch (error) {
      this.failed = failureText(error);
    }
    this.working = false;
  }
}

function kinds(counts: Counts): string[] {
  return Object.keys(counts);
}

function named(kind: string): string {
  return known(`import.kinds.${kind}`) ? t(`import.kinds.${kind}`) : kind;
}

function remarks(notes: Counts) {
  const codes = Object.keys(notes);
  if (!codes.length) return nothing;
  return html`<p>${t("import.notes")}</p>
    <ul>
      ${codes.map((code) => {
        const told = known(`import.codes.${code}`) ? t(`import.codes.${code}`) : code;
        return html`<li>${told} (${number(notes[code] ?? 0)})</li>`;
      })}
    </ul>`;
}
