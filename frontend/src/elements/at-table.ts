import { mdiArrowDown, mdiArrowUp } from "@mdi/js";
import { html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { failureText } from "../i18n/failures";
import { t } from "../i18n/text";
import "./at-icon";
import "./at-note";
import type { Listing } from "./listing";
import { pager, pagerStyle } from "./pager";
import { base } from "./styles";
import { table } from "./table-style";

export interface Column<R> {
  key: string;
  label: string;
  /** What the cell shows; text or a template. */
  cell: (row: R) => unknown;
  /** Whether the server can sort by it. */
  sortable?: boolean;
  /** Figures stand at the end of their cells. */
  end?: boolean;
  /** Of a card on a phone: the heading, or the place of buttons. */
  phone?: "heading" | "actions";
}

/**
 * A table of a `Listing`: `<at-table label=… .columns=${…} .listing=${…} @at-row=${e => e.detail}>`.
 *
 * On a phone each row is a card. With `clickable`, rows are opened by click or Enter, and the arrow
 * keys go from row to row. Cells may use the classes `muted`, `stack` (below one another) and `line`
 * (side by side): no other style reaches them. What stands in slot `empty` is shown where nothing is found.
 */
@customElement("at-table")
export class AtTable<R extends { id?: number | string }> extends LitElement {
  @property() label = "";
  @property({ attribute: false }) columns: Column<R>[] = [];
  @property({ attribute: false }) listing!: Listing<R, object>;
  @property({ attribute: false }) key: (row: R) => unknown = (row) => row.id;
  @property({ type: Boolean }) clickable = false;
  /** Changes with the listing, which is the same object all the time. */
  @property({ attribute: false }) rows: R[] = [];

  static override styles = [base, table, pagerStyle];

  protected override render() {
    const { listing } = this;
    if (listing.error !== undefined) {
      return html`<at-note kind="error" @at-retry=${() => listing.reload()}>
        ${failureText(listing.error)}
      </at-note>`;
    }
    if (!listing.loaded) return html`<at-note kind="loading"></at-note>`;
    if (listing.total === 0) {
      return html`<slot name="empty"><at-note>${t("common.no_match")}</at-note></slot>`;
    }
    return html`
      <table role="table" aria-label=${this.label} aria-busy=${listing.loading}>
        <thead role="rowgroup">
          <tr role="row">${this.columns.map((column) => this.heading(column))}</tr>
        </thead>
        <tbody role="rowgroup" @keydown=${this.pressed}>
          ${repeat(listing.rows, this.key, (row, index) => this.row(row, index))}
        </tbody>
      </table>
      ${pager(listing, this.label)}
    `;
  }

  private heading(column: Column<R>) {
    const { sort } = this.listing;
    const sorted = sort?.key === column.key ? sort : null;
    const direction = sorted ? (sorted.descending ? "descending" : "ascending") : nothing;
    return html`<th role="columnheader" scope="col" class=${column.end ? "end" : ""} aria-sort=${direction}>
      ${
        column.sortable
          ? html`<button
              title=${t("common.sort_by", { column: column.label })}
              @click=${() => this.listing.sortBy(column.key)}
            >
              ${column.label}
              ${
                sorted
                  ? html`<at-icon .path=${sorted.descending ? mdiArrowDown : mdiArrowUp}></at-icon>`
                  : nothing
              }
            </button>`
          : column.label || html`<span class="unseen">${t("common.more")}</span>`
      }
    </th>`;
  }

  private row(row: R, index: number) {
    return html`<tr
      role="row"
      tabindex=${this.clickable ? (index === 0 ? 0 : -1) : nothing}
      class=${this.clickable ? "clickable" : ""}
      @click=${() => this.open(row)}
    >
      ${this.columns.map(
        (column) => html`<td
          role="cell"
          class="${column.end ? "end" : ""} ${column.phone ?? ""}"
          data-label=${column.label}
        >${column.cell(row)}</td>`,
      )}
    </tr>`;
  }

  private open(row: R): void {
    if (!this.clickable || window.getSelection()?.toString()) return;
    this.dispatchEvent(new CustomEvent<R>("at-row", { detail: row }));
  }

  private pressed(event: KeyboardEvent): void {
    const row = event.target as HTMLElement;
    if (!this.clickable || row.tagName !== "TR") return;
    const next = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[
      event.key
    ];
    if (event.key === "Enter") row.click();
    else if (next instanceof HTMLElement) next.focus();
    else return;
    event.preventDefault();
  }
}

declare global {
  interface HTMLElementEventMap {
    "at-row": CustomEvent;
    "at-retry": CustomEvent;
  }
}
