import { mdiDelete } from "@mdi/js";
import { css, html, LitElement, type PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Api } from "../../api/api";
import type { MachineView, Removed } from "../../api/types";
import { confirmed } from "../../elements/at-confirm";
import "../../elements/at-menu";
import "../../elements/at-search";
import "../../elements/at-select";
import "../../elements/at-table";
import type { Column } from "../../elements/at-table";
import { attempt, removedToast } from "../../elements/at-toasts";
import { Listing } from "../../elements/listing";
import { base, page } from "../../elements/styles";
import { dateTime } from "../../i18n/format";
import { t } from "../../i18n/text";

interface Intervention {
  id: number;
  plan_id: number;
  plan: string | null;
  machine_id: number;
  machine: string | null;
  member_id: number | null;
  member_name: string | null;
  at: string;
  replay: boolean;
  version: number;
}

interface Filters {
  search?: string | undefined;
  machine_id?: number | undefined;
}

/** The care that was given, the latest first. */
@customElement("atelier-interventions")
export class Interventions extends LitElement {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) machines: MachineView[] = [];

  private list = new Listing<Intervention, Filters>(this, {
    filters: {},
    limit: 25,
    load: ({ offset, limit, filters }) =>
      this.api.page("list_interventions", "interventions", { offset, limit, ...filters }),
  });
  private told = "";

  static override styles = [
    base,
    page,
    css`
      .bar > * {
        flex: 1 1 200px;
      }
    `,
  ];

  protected override willUpdate(changes: PropertyValues): void {
    if (!changes.has("machines")) return;
    // Hours to care jump when care was given, and grow smaller otherwise.
    const told = this.machines
      .flatMap(({ plans }) => plans.map(({ id, hours_left }) => `${id}:${Math.ceil(hours_left)}`))
      .join();
    if (this.told && told !== this.told) void this.list.reload();
    this.told = told;
  }

  protected override render() {
    return html`
      <h2>${t("care.interventions")}</h2>
      <div class="bar" role="search">
        <at-search
          label=${t("care.search")}
          .value=${this.list.filters.search ?? ""}
          @at-change=${(event: CustomEvent<string>) =>
            this.list.filter({ search: event.detail || undefined })}
        ></at-search>
        <at-select
          label=${t("care.machine")}
          any=${t("care.any_machine")}
          .value=${String(this.list.filters.machine_id ?? "")}
          .options=${this.machines.map(({ id, name }) => ({ value: String(id), label: name }))}
          @at-change=${(event: CustomEvent<string>) =>
            this.list.filter({ machine_id: event.detail ? Number(event.detail) : undefined })}
        ></at-select>
      </div>
      <at-table
        label=${t("care.interventions")}
        .columns=${this.columns()}
        .listing=${this.list}
        .rows=${this.list.rows}
      ></at-table>
    `;
  }

  private columns(): Column<Intervention>[] {
    return [
      { key: "plan", label: t("care.description"), phone: "heading", cell: (one) => one.plan },
      { key: "machine", label: t("care.machine"), cell: (one) => one.machine ?? one.machine_id },
      { key: "at", label: t("care.when"), cell: (one) => dateTime(one.at) },
      { key: "by", label: t("care.by"), cell: (one) => one.member_name ?? "" },
      {
        key: "do",
        label: "",
        phone: "actions",
        cell: (one) => html`<at-menu
          .items=${[
            {
              label: t("common.delete"),
              icon: mdiDelete,
              danger: true,
              run: () => this.delete(one),
            },
          ]}
        ></at-menu>`,
      },
    ];
  }

  private async delete(one: Intervention): Promise<void> {
    const sure = await confirmed(this, {
      heading: t("care.delete_heading"),
      text: t("care.delete_text"),
      action: t("common.delete"),
      danger: true,
    });
    if (!sure) return;
    const removed = await attempt(() =>
      this.api.act<Removed>("delete_intervention", { intervention_id: one.id }),
    );
    if (!removed) return;
    void this.list.reload();
    removedToast(this.api, t("care.deleted"), removed, () => void this.list.reload());
  }
}
