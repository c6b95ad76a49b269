import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../../api/api";
import "../../elements/at-dialog";
import "../../elements/at-select";
import "../../elements/at-table";
import type { Column } from "../../elements/at-table";
import { Listing } from "../../elements/listing";
import { base, page } from "../../elements/styles";
import { dateTime } from "../../i18n/format";
import { known, t } from "../../i18n/text";
import { differences, type Fields } from "./differences";

interface Change {
  id: number;
  at: string;
  by: string;
  by_name: string | null;
  action: string;
  kind: string;
  fact_id: number;
  before: Fields | null;
  after: Fields | null;
}

interface Filters {
  kind?: string | undefined;
}

const KINDS = [
  ...["member", "role", "machine", "type", "permission", "training", "trained"],
  ...["plan", "use", "intervention", "import"],
];

/** Who changed what, the latest first. */
@customElement("atelier-changes")
export class Changes extends LitElement {
  @property({ attribute: false }) api!: Api;
  @state() private shown: Change | null = null;

  private list = new Listing<Change, Filters>(this, {
    filters: {},
    limit: 25,
    load: ({ offset, limit, filters }) =>
      this.api.page("list_changes", "changes", { offset, limit, ...filters }),
  });

  static override styles = [
    base,
    page,
    css`
      .bar > * {
        flex: 0 1 280px;
      }
      dl {
        display: grid;
        grid-template-columns: minmax(100px, auto) 1fr 1fr;
        gap: 8px 16px;
        margin: 0;
      }
      dt {
        color: var(--secondary-text-color);
      }
      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
      del {
        color: var(--secondary-text-color);
      }
    `,
  ];

  protected override render() {
    return html`<section class="card">
      <h2>${t("settings.changes")}</h2>
      <div class="bar">
        <at-select
          label=${t("settings.kind")}
          any=${t("settings.any_kind")}
          .value=${this.list.filters.kind ?? ""}
          .options=${KINDS.map((value) => ({ value, label: t(`settings.kinds.${value}`) }))}
          @at-change=${(event: CustomEvent<string>) =>
            this.list.filter({ kind: event.detail || undefined })}
        ></at-select>
      </div>
      <at-table
        clickable
        label=${t("settings.changes")}
        .columns=${columns()}
        .listing=${this.list}
        .rows=${this.list.rows}
        @at-row=${(event: CustomEvent<Change>) => {
          this.shown = event.detail;
        }}
      ></at-table>
      ${this.shown ? this.details(this.shown) : nothing}
    </section>`;
  }

  private details(change: Change) {
    const rows = differences(change.before, change.after);
    return html`<at-dialog
      wide
      heading=${what(change)}
      @at-close=${() => {
        this.shown = null;
      }}
    >
      <p class="muted">${who(change)} · ${dateTime(change.at)}</p>
      ${
        rows.length
          ? html`<dl>
              ${rows.map(
                ({ name, before, after }) => html`<dt>${name}</dt>
                  <dd>${before ? html`<del>${before}</del>` : nothing}</dd>
                  <dd>${after ? html`<ins>${after}</ins>` : nothing}</dd>`,
              )}
            </dl>`
          : html`<p>${t("settings.forgotten")}</p>`
      }
    </at-dialog>`;
  }
}

function columns(): Column<Change>[] {
  return [
    { key: "what", label: t("settings.what"), phone: "heading", cell: what },
    { key: "who", label: t("settings.who"), cell: who },
    { key: "at", label: t("settings.when"), cell: ({ at }) => dateTime(at) },
  ];
}

function what({ kind, action, fact_id, before, after }: Change): string {
  const told = known(`settings.kinds.${kind}`) ? t(`settings.kinds.${kind}`) : kind;
  const done = known(`settings.actions.${action}`) ? t(`settings.actions.${action}`) : action;
  const name = (after ?? before)?.name ?? (after ?? before)?.description;
  return `${told} ${typeof name === "string" ? name : fact_id || ""} · ${done}`;
}

function who({ by, by_name }: Change): string {
  return by_name ?? (known(`settings.by.${by}`) ? t(`settings.by.${by}`) : by);
}
