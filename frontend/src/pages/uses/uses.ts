import { mdiClockEdit, mdiDelete, mdiDownload, mdiLogout, mdiPencil, mdiPlus } from "@mdi/js";
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { HappeningKind, Removed } from "../../api/types";
import "../../elements/at-button";
import "../../elements/at-chip";
import { confirmed } from "../../elements/at-confirm";
import "../../elements/at-menu";
import "../../elements/at-table";
import type { Column } from "../../elements/at-table";
import { attempt, removedToast, toast } from "../../elements/at-toasts";
import { Listing } from "../../elements/listing";
import { Ticking } from "../../elements/ticking";
import { FactsPage } from "../../frame/facts-page";
import { dateTime, hours, time } from "../../i18n/format";
import { known, t } from "../../i18n/text";
import { Happened } from "../machines/happened";
import "./statistics";
import { lasted, type Use } from "./use";
import "./use-dialog";
import "./use-filters";
import type { UseFilters } from "./use-filters";

/** What makes a use another, or one more. */
const COUNTED: HappeningKind[] = ["started", "stopped", "auto_logoff"];

/** All uses: found, corrected, exported; their hours follow. */
@customElement("atelier-uses")
export class UsesPage extends FactsPage {
  @state() private editing: Use | "new" | null = null;

  private list = new Listing<Use, UseFilters>(this, {
    filters: {},
    load: ({ offset, limit, filters }) =>
      this.api.page("list_uses", "uses", { offset, limit, ...filters }),
  });

  constructor() {
    super();
    // Uses begin and end while somebody looks.
    new Happened(this, COUNTED, () => void this.list.reload());
    new Ticking(this, () => this.list.rows.some((use) => !use.end));
  }

  protected override render() {
    return html`
      <div class="bar">
        <h1 class="grow">${t("uses.title")}</h1>
        <at-button kind="primary" .icon=${mdiPlus} @click=${() => this.edit("new")}>
          ${t("uses.add")}
        </at-button>
        <at-menu
          label=${t("uses.export")}
          .items=${(["csv", "xlsx"] as const).map((format) => ({
            label: t(`uses.export_${format}`),
            icon: mdiDownload,
            run: () => attempt(() => this.api.download("uses", format, { ...this.list.filters })),
          }))}
        ></at-menu>
      </div>
      <atelier-use-filters
        .api=${this.api}
        .facts=${this.facts}
        @at-filter=${(event: CustomEvent<UseFilters>) => this.filter(event.detail)}
      ></atelier-use-filters>
      <atelier-statistics .api=${this.api} .filters=${this.list.filters}></atelier-statistics>
      <at-table
        label=${t("uses.title")}
        .columns=${this.columns()}
        .listing=${this.list}
        .rows=${this.list.rows}
      ></at-table>
      ${this.dialog()}
    `;
  }

  private columns(): Column<Use>[] {
    return [
      {
        key: "member",
        label: t("common.member"),
        phone: "heading",
        cell: (use) => this.who(use),
      },
      { key: "machine", label: t("uses.machine"), cell: (use) => use.machine ?? use.machine_id },
      { key: "start", label: t("uses.start"), cell: (use) => dateTime(use.start) },
      { key: "end", label: t("uses.end"), cell: (use) => this.ended(use) },
      {
        key: "hours",
        label: t("uses.hours"),
        end: true,
        cell: (use) => hours(lasted(use) / 3600),
      },
      { key: "do", label: "", phone: "actions", cell: (use) => this.menu(use) },
    ];
  }

  private who(use: Use) {
    if (use.member_name) return use.member_name;
    return html`<span class="muted">${t("uses.forgotten")}</span>`;
  }

  private ended(use: Use) {
    if (!use.end) return html`<at-chip tone="good">${t("uses.lasts")}</at-chip>`;
    const sameDay = new Date(use.end).toDateString() === new Date(use.start).toDateString();
    const why =
      use.ending && known(`uses.ending.${use.ending}`) ? t(`uses.ending.${use.ending}`) : "";
    return html`<span class="line">
      ${sameDay ? time(use.end) : dateTime(use.end)}
      ${why ? html`<span class="muted">${why}</span>` : nothing}
      ${use.replay ? html`<at-chip tone="info">${t("uses.replayed")}</at-chip>` : nothing}
    </span>`;
  }

  private menu(use: Use) {
    const items = use.end
      ? [
          { label: t("uses.correct"), icon: mdiPencil, run: () => this.edit(use) },
          { label: t("common.delete"), icon: mdiDelete, danger: true, run: () => this.delete(use) },
        ]
      : [
          { label: t("uses.log_out"), icon: mdiLogout, run: () => this.logOut(use) },
          { label: t("uses.end_now"), icon: mdiClockEdit, run: () => this.endNow(use) },
        ];
    return html`<at-menu
      label=${t("uses.more", { machine: use.machine ?? use.machine_id, start: dateTime(use.start) })}
      .items=${items}
    ></at-menu>`;
  }

  private dialog() {
    if (this.editing === null || !this.facts) return nothing;
    return html`<atelier-use-dialog
      .api=${this.api}
      .machines=${this.facts.machines}
      .use=${this.editing === "new" ? undefined : this.editing}
      @at-close=${() => this.edit(null)}
      @at-saved=${() => this.list.reload()}
    ></atelier-use-dialog>`;
  }

  private edit(what: Use | "new" | null): void {
    this.editing = what;
  }

  private filter(filters: UseFilters): void {
    // All of them are named each time: one that was taken back is undefined.
    this.list.filter(filters);
  }

  private async delete(use: Use): Promise<void> {
    const facts = {
      hours: hours(lasted(use) / 3600),
      machine: use.machine ?? String(use.machine_id),
    };
    const sure = await confirmed(this, {
      heading: t("uses.delete_heading"),
      text: t("uses.delete_text", facts),
      action: t("common.delete"),
      danger: true,
    });
    if (!sure) return;
    const removed = await attempt(() => this.api.act<Removed>("delete_use", { use_id: use.id }));
    if (!removed) return;
    void this.list.reload();
    removedToast(this.api, t("uses.deleted", facts), removed, () => void this.list.reload());
  }

  private async logOut(use: Use): Promise<void> {
    await attempt(() => this.api.act("stop_machine", { machine_id: use.machine_id }));
    void this.list.reload();
  }

  private async endNow(use: Use): Promise<void> {
    const sure = await confirmed(this, {
      heading: t("uses.end_heading"),
      text: t("uses.end_text"),
      action: t("uses.end_now"),
    });
    if (!sure) return;
    await attempt(async () => {
      await this.api.act("end_use", { machine_id: use.machine_id });
      toast(t("common.saved"));
    });
    void this.list.reload();
  }
}
