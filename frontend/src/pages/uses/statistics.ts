import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../../api/api";
import "../../elements/at-note";
import { base, page } from "../../elements/styles";
import { failureText } from "../../i18n/failures";
import { hours, number } from "../../i18n/format";
import { t } from "../../i18n/text";
import { beginning } from "./use";
import type { UseFilters } from "./use-filters";

interface Figures {
  hours: number;
  uses: number;
  members: number;
  by_machine: { machine: string; machine_id: number; hours: number; uses: number }[];
  by_member: {
    member_id: number | null;
    member_name: string | null;
    hours: number;
    uses: number;
  }[];
}

interface Bar {
  name: string;
  hours: number;
  uses: number;
}

/** As many bars as can be compared at a glance. */
const MOST = 10;

/** The hours of a period, by machine and by member. */
@customElement("atelier-statistics")
export class Statistics extends LitElement {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) filters: UseFilters = {};
  @state() private figures?: Figures;
  @state() private failed: unknown;
  private shown = false;
  private turn = 0;

  static override styles = [
    base,
    page,
    css`
      details {
        margin-bottom: 16px;
      }
      summary {
        min-height: 44px;
        align-content: center;
        cursor: pointer;
        font-weight: 500;
      }
      .columns {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(320px, 100%), 1fr));
        gap: 24px;
      }
      table {
        width: 100%;
        border-spacing: 0 6px;
      }
      caption {
        padding-bottom: 4px;
        text-align: start;
        font-weight: 500;
      }
      th {
        width: 35%;
        padding-right: 12px;
        font-weight: 400;
        text-align: start;
        overflow-wrap: anywhere;
      }
      td {
        width: 65%;
      }
      .bar {
        display: flex;
        align-items: center;
        gap: 8px;
        margin: 0;
        flex-wrap: nowrap;
      }
      .bar div {
        height: 18px;
        min-width: 2px;
        border-radius: 4px;
        background: var(--primary-color);
      }
      .bar span {
        white-space: nowrap;
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  protected override willUpdate(changes: PropertyValues): void {
    if (changes.has("filters") && this.shown) void this.load();
  }

  protected override render() {
    return html`<details class="card" @toggle=${this.toggled}>
      <summary>${t("uses.statistics")}</summary>
      ${this.shown ? this.content() : nothing}
    </details>`;
  }

  private content() {
    const figures = this.figures;
    if (this.failed !== undefined) {
      return html`<at-note kind="error" @at-retry=${() => this.load()}>${failureText(this.failed)}</at-note>`;
    }
    if (!figures) return html`<at-note kind="loading"></at-note>`;
    const machines = figures.by_machine.map((one) => ({ ...one, name: one.machine }));
    const members = figures.by_member.map((one) => ({
      ...one,
      name: one.member_name ?? t("uses.forgotten"),
    }));
    return html`
      <p>
        ${t("uses.sum", {
          hours: hours(figures.hours),
          uses: number(figures.uses),
          members: number(figures.members),
        })}
      </p>
      <div class="columns">
        ${this.chart(t("uses.by_machine"), machines)} ${this.chart(t("uses.by_member"), members)}
      </div>
    `;
  }

  private chart(caption: string, bars: Bar[]) {
    const shown = [...bars].sort((a, b) => b.hours - a.hours).slice(0, MOST);
    const most = shown[0]?.hours || 1;
    return html`<table>
      <caption>${caption}</caption>
      ${shown.map(
        (bar) => html`<tr>
          <th scope="row">${bar.name}</th>
          <td>
            <div class="bar">
              <div .style=${`width:${(70 * bar.hours) / most}%`}></div>
              <span>${hours(bar.hours)}</span>
            </div>
          </td>
        </tr>`,
      )}
    </table>`;
  }

  private toggled(event: Event): void {
    this.shown = (event.target as HTMLDetailsElement).open;
    if (this.shown) void this.load();
    this.requestUpdate();
  }

  private async load(): Promise<void> {
    const turn = ++this.turn;
    const since = this.filters.since ?? beginning("year");
    try {
      const figures = await this.api.act<Figures>("statistics", {
        since,
        until: this.filters.until,
      });
      if (turn !== this.turn) return;
      this.figures = figures;
      this.failed = undefined;
    } catch (error) {
      if (turn === this.turn) this.failed = error;
    }
  }
}
