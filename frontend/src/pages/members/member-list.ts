import { mdiAccountPlus, mdiDownload, mdiGrid } from "@mdi/js";
import { html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Api } from "../../api/api";
import { fullName } from "../../api/members";
import type { Facts, Member } from "../../api/types";
import "../../elements/at-button";
import "../../elements/at-chip";
import { setFilters } from "../../elements/at-filters";
import "../../elements/at-menu";
import "../../elements/at-search";
import "../../elements/at-select";
import "../../elements/at-table";
import type { Column } from "../../elements/at-table";
import { attempt } from "../../elements/at-toasts";
import { Listing } from "../../elements/listing";
import { base, page } from "../../elements/styles";
import { goTo } from "../../frame/route";
import { number } from "../../i18n/format";
import { t } from "../../i18n/text";

interface Filters {
  search?: string | undefined;
  role?: string | undefined;
  training?: string | undefined;
  machine_id?: number | undefined;
  disabled?: boolean | undefined;
  has_card?: boolean | undefined;
}

/** All members: searched and filtered by the server. */
@customElement("atelier-member-list")
export class MemberList extends LitElement {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) facts!: Facts;

  private list = new Listing<Member, Filters>(this, {
    filters: {},
    sort: { key: "surname", descending: false },
    load: ({ offset, limit, filters, sort }) =>
      this.api.page("list_members", "members", {
        offset,
        limit,
        ...filters,
        order: sort?.key,
        descending: sort?.descending,
      }),
  });

  static override styles = [base, page];

  protected override render() {
    return html`
      <div class="bar">
        <h1 class="grow">${t("members.title")}</h1>
        <at-button kind="primary" .icon=${mdiAccountPlus} @click=${() => goTo("members", "new")}>
          ${t("members.add")}
        </at-button>
        <at-button .icon=${mdiGrid} @click=${() => goTo("members", "matrix")}>
          ${t("members.matrix")}
        </at-button>
        <at-menu
          label=${t("members.export")}
          .items=${(["csv", "xlsx"] as const).map((format) => ({
            label: t(`members.export_${format}`),
            icon: mdiDownload,
            run: () =>
              attempt(() => this.api.download("members", format, { ...this.list.filters })),
          }))}
        ></at-menu>
      </div>
      <at-filters .active=${setFilters(this.list.filters, "search")}>
        <at-search
          slot="search"
          label=${t("members.search")}
          .value=${this.list.filters.search ?? ""}
          @at-change=${(event: CustomEvent<string>) =>
            this.list.filter({ search: event.detail || undefined })}
        ></at-search>
        ${this.choice("role", this.facts.roles)} ${this.choice("training", this.facts.trainings)}
        <at-select
          label=${t("members.machine")}
          any=${t("members.any_machine")}
          .value=${String(this.list.filters.machine_id ?? "")}
          .options=${this.facts.machines.map(({ id, name }) => ({ value: String(id), label: name }))}
          @at-change=${(event: CustomEvent<string>) =>
            this.list.filter({ machine_id: event.detail ? Number(event.detail) : undefined })}
        ></at-select>
        ${this.flag("disabled")} ${this.flag("has_card")}
      </at-filters>
      <at-table
        clickable
        label=${t("members.title")}
        .columns=${this.columns()}
        .listing=${this.list}
        .rows=${this.list.rows}
        @at-row=${(event: CustomEvent<Member>) => goTo("members", event.detail.id)}
      ></at-table>
    `;
  }

  private choice(name: "role" | "training", options: { name: string }[]) {
    if (!options.length) return nothing;
    return html`<at-select
      label=${t(`members.${name}`)}
      any=${t(`members.any_${name}`)}
      .value=${this.list.filters[name] ?? ""}
      .options=${options.map((option) => ({ value: option.name, label: option.name }))}
      @at-change=${(event: CustomEvent<string>) =>
        this.list.filter({ [name]: event.detail || undefined })}
    ></at-select>`;
  }

  private flag(name: "disabled" | "has_card") {
    const value = this.list.filters[name];
    return html`<at-select
      label=${t(`members.${name}`)}
      any=${t("members.either")}
      .value=${value === undefined ? "" : value ? "yes" : "no"}
      .options=${(["yes", "no"] as const).map((one) => ({ value: one, label: t(`common.${one}`) }))}
      @at-change=${(event: CustomEvent<string>) =>
        this.list.filter({ [name]: event.detail ? event.detail === "yes" : undefined })}
    ></at-select>`;
  }

  private columns(): Column<Member>[] {
    return [
      {
        key: "surname",
        label: t("members.member"),
        phone: "heading",
        sortable: true,
        cell: (member) => html`${fullName(member)}
          ${
            member.disabled
              ? html`<at-chip tone="bad">${t("members.is_disabled")}</at-chip>`
              : nothing
          }`,
      },
      { key: "role", label: t("members.role"), cell: ({ role }) => role },
      { key: "email", label: t("members.email"), cell: ({ email }) => email ?? "" },
      {
        key: "cards",
        label: t("members.cards"),
        end: true,
        cell: ({ cards }) => number(cards.length),
      },
    ];
  }
}
