import { mdiCheckCircle, mdiCloseCircle } from "@mdi/js";
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { fullName } from "../../api/members";
import type { Me, MyUse } from "../../api/types";
import "../../elements/at-chip";
import "../../elements/at-icon";
import "../../elements/at-note";
import "../../elements/at-table";
import type { Column } from "../../elements/at-table";
import { Listing } from "../../elements/listing";
import { tiles } from "../../elements/styles";
import { LoadedPage } from "../../frame/loaded-page";
import { date, dateTime, hours, number } from "../../i18n/format";
import { known, t } from "../../i18n/text";

type MyMachine = Me["machines"][number];
type MyTraining = Me["trainings"][number];

/** What a member may use, learnt and used: their own alone. */
@customElement("atelier-my")
export class MyPage extends LoadedPage<Me> {
  private list = new Listing<MyUse, object>(this, {
    filters: {},
    limit: 25,
    load: async ({ offset, limit }) => {
      const page = await this.api.myUses(offset, limit);
      return { total: page.total, rows: page.uses };
    },
  });

  static override styles = [
    LoadedPage.styles,
    tiles,
    css`
      .tiles {
        --tile-width: 280px;
        gap: 12px;
      }
      li {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 2px 12px;
        align-items: center;
      }
      li strong {
        font-weight: 500;
        overflow-wrap: anywhere;
      }
      li at-icon {
        grid-row: span 2;
      }
      .yes {
        color: var(--success-color);
      }
      .no {
        color: var(--secondary-text-color);
      }
    `,
  ];

  protected override ask(): Promise<Me> {
    return this.api.me();
  }

  protected override content(me: Me) {
    const about = { hours: hours(me.hours), uses: number(me.uses) };
    return html`
      <h1>${t("my.hello", { name: fullName(me.member) })}</h1>
      <p class="muted">${me.member.role} · ${t("my.so_far", about)}</p>
      <h2>${t("my.machines")}</h2>
      ${
        me.machines.length
          ? html`<ul class="tiles">
              ${[...me.machines].sort(byAllowed).map((machine) => this.machine(machine))}
            </ul>`
          : html`<at-note>${t("my.no_machines")}</at-note>`
      }
      ${
        me.trainings.length
          ? html`<h2>${t("my.trainings")}</h2>
              <ul class="tiles">
                ${me.trainings.map((training) => this.training(training))}
              </ul>`
          : nothing
      }
      <h2>${t("my.uses")}</h2>
      <at-table
        label=${t("my.uses")}
        .columns=${columns()}
        .listing=${this.list}
        .rows=${this.list.rows}
      >
        <at-note slot="empty">${t("my.no_uses")}</at-note>
      </at-table>
    `;
  }

  private machine({ name, type, allowed, reason, until }: MyMachine) {
    const why = reason && known(`common.why.${reason}`) ? t(`common.why.${reason}`) : reason;
    return html`<li class="card">
      ${mark(allowed)}
      <strong>${name}</strong>
      <span class="muted">
        ${allowed ? t("my.allowed") : t("my.refused", { why: why ?? "" })}
        ${until ? t(allowed ? "my.until" : "my.ended", { date: date(until) }) : nothing}
        ${type ? html`· ${type}` : nothing}
      </span>
    </li>`;
  }

  private training({ name, at, until, instructor, valid }: MyTraining) {
    return html`<li class="card">
      ${mark(valid)}
      <strong>${name} ${instructor ? html`<at-chip tone="info">${t("my.instructor")}</at-chip>` : nothing}</strong>
      <span class="muted">
        ${t("my.learnt", { date: date(at) })}
        ${until ? t(valid ? "my.until" : "my.ended", { date: date(until) }) : nothing}
      </span>
    </li>`;
  }
}

function mark(good: boolean) {
  return html`<at-icon
    class=${good ? "yes" : "no"}
    .path=${good ? mdiCheckCircle : mdiCloseCircle}
  ></at-icon>`;
}

function byAllowed(a: MyMachine, b: MyMachine): number {
  return Number(b.allowed) - Number(a.allowed) || a.name.localeCompare(b.name);
}

function columns(): Column<MyUse>[] {
  return [
    { key: "machine", label: t("my.machine"), phone: "heading", cell: (use) => use.machine },
    { key: "start", label: t("my.from"), cell: (use) => dateTime(use.start) },
    {
      key: "end",
      label: t("my.to"),
      cell: (use) =>
        use.end ? dateTime(use.end) : html`<at-chip tone="good">${t("my.lasts")}</at-chip>`,
    },
    { key: "hours", label: t("my.hours"), end: true, cell: (use) => hours(use.hours) },
  ];
}
