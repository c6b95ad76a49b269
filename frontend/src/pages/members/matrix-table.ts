import { html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { fullName } from "../../api/members";
import type { Member } from "../../api/types";
import "../../elements/at-menu";
import { base } from "../../elements/styles";
import { dateTime } from "../../i18n/format";
import { t } from "../../i18n/text";
import type { Permission } from "./about";
import { matrix } from "./matrix-style";
import { cellOf, type Pending, type Target } from "./pending";

/** A member with what they were permitted. */
export interface Row extends Member {
  permissions: Permission[];
}

/** Cells that shall all be granted, or all not. */
export interface Want {
  cells: string[];
  shall: boolean;
}

/** Members that are chosen, or no more. */
export interface Choice {
  rows: Row[];
  chosen: boolean;
}

const STEPS: Record<string, [number, number]> = {
  ArrowRight: [0, 1],
  ArrowLeft: [0, -1],
  ArrowDown: [1, 0],
  ArrowUp: [-1, 0],
};

/** The grid of members by machines and types: it says what is wanted, and keeps nothing. */
@customElement("atelier-matrix-table")
export class MatrixTable extends LitElement {
  @property({ attribute: false }) rows: Row[] = [];
  @property({ attribute: false }) targets: Target[] = [];
  @property({ attribute: false }) granted: ReadonlyMap<string, Permission> = new Map();
  @property({ attribute: false }) pending: Pending = new Map();
  @property({ attribute: false }) chosen: ReadonlySet<number> = new Set();
  @property({ type: Boolean }) loading = false;

  static override styles = [base, matrix];

  protected override render() {
    const { rows } = this;
    return html`
      <div class="scroll" tabindex="-1" @keydown=${this.pressed}>
        <table aria-label=${t("members.matrix")} aria-busy=${this.loading}>
          <thead>
            <tr>
              <th class="who">
                <label>
                  <input
                    type="checkbox"
                    .checked=${rows.every(({ id }) => this.chosen.has(id))}
                    @change=${(event: Event) =>
                      this.choose(rows, (event.target as HTMLInputElement).checked)}
                  />
                  ${t("members.choose_all")}
                </label>
              </th>
              ${this.targets.map((target) => this.heading(target))}
            </tr>
          </thead>
          <tbody>
            ${rows.map((row, index) => this.row(row, index))}
          </tbody>
        </table>
      </div>
    `;
  }

  private heading(target: Target) {
    const all = (shall: boolean) => () => {
      const ids = this.rows.map(({ id }) => id).filter((id) => this.chosen.has(id));
      this.tell<Want>("at-want", { cells: ids.map((id) => cellOf(id, target)), shall });
    };
    const name =
      target.type_id === undefined ? target.name : t("members.all_of", { name: target.name });
    return html`<th scope="col" class=${target.type_id === undefined ? "" : "type"}>
      <span>${name}</span>
      <at-menu
        label=${t("members.for_chosen", { name })}
        .items=${[
          { label: t("members.grant_chosen"), disabled: !this.chosen.size, run: all(true) },
          { label: t("members.revoke_chosen"), disabled: !this.chosen.size, run: all(false) },
        ]}
      ></at-menu>
    </th>`;
  }

  private row(row: Row, index: number) {
    return html`<tr>
      <th scope="row" class="who">
        <label>
          <input
            type="checkbox"
            .checked=${this.chosen.has(row.id)}
            @change=${(event: Event) =>
              this.choose([row], (event.target as HTMLInputElement).checked)}
          />
          <span>${fullName(row)} <small class="muted">${row.role}</small></span>
        </label>
      </th>
      ${this.targets.map((target, column) => {
        const cell = cellOf(row.id, target);
        const held = this.granted.get(cell);
        const shall = this.pending.get(cell);
        const on = shall ?? held !== undefined;
        return html`<td class=${shall === undefined ? "" : "changed"}>
          <button
            role="checkbox"
            aria-checked=${on}
            aria-label="${fullName(row)}, ${target.name}"
            title=${held?.until ? t("members.until_moment", { when: dateTime(held.until) }) : nothing}
            data-at="${index}/${column}"
            @click=${() => this.tell<Want>("at-want", { cells: [cell], shall: !on })}
          >
            ${on ? (held?.until && shall === undefined ? "◷" : "✓") : ""}
          </button>
        </td>`;
      })}
    </tr>`;
  }

  private choose(rows: Row[], chosen: boolean): void {
    this.tell<Choice>("at-choose", { rows, chosen });
  }

  private tell<T>(name: string, detail: T): void {
    this.dispatchEvent(new CustomEvent<T>(name, { detail }));
  }

  private pressed(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    const from = (event.composedPath()[0] as HTMLElement).dataset?.at;
    if (!step || !from) return;
    const [row = 0, column = 0] = from.split("/").map(Number);
    const to = `[data-at="${row + step[0]}/${column + step[1]}"]`;
    this.renderRoot.querySelector<HTMLElement>(to)?.focus();
    event.preventDefault();
  }
}
