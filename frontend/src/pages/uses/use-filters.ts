import { html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../../api/api";
import { findMembers } from "../../api/members";
import type { Facts } from "../../api/types";
import "../../elements/at-datetime";
import { setFilters } from "../../elements/at-filters";
import "../../elements/at-member-picker";
import type { Person } from "../../elements/at-member-picker";
import "../../elements/at-search";
import "../../elements/at-select";
import { base, page } from "../../elements/styles";
import { t } from "../../i18n/text";
import { beginning, PERIODS, type Period } from "./use";

/** What `list_uses`, the export and the statistics take. */
export interface UseFilters {
  search?: string | undefined;
  member_id?: number | undefined;
  machine_id?: number | undefined;
  type?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  lasting?: boolean | undefined;
}

interface Chosen {
  search: string;
  member: Person | null;
  machine: string;
  type: string;
  which: string;
  period: Period;
  since: string | null;
  until: string | null;
}

const NOTHING: Chosen = {
  search: "",
  member: null,
  machine: "",
  type: "",
  which: "",
  period: "all",
  since: null,
  until: null,
};

/** Choose which uses are shown; `at-filter` tells all filters, those not chosen as undefined. */
@customElement("atelier-use-filters")
export class UseFiltersBar extends LitElement {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) facts: Facts | undefined;
  @state() private chosen: Chosen = NOTHING;

  static override styles = [base, page];

  protected override render() {
    return html`<at-filters .active=${setFilters(filters(this.chosen), "search")}>
      <at-search
        slot="search"
        label=${t("uses.search")}
        .value=${this.chosen.search}
        @at-change=${(event: CustomEvent<string>) => this.set({ search: event.detail })}
      ></at-search>
      <at-member-picker
        label=${t("common.member")}
        .find=${findMembers(this.api)}
        .value=${this.chosen.member}
        @at-change=${(event: CustomEvent<Person | null>) => this.set({ member: event.detail })}
      ></at-member-picker>
      ${this.select("machine", this.machines())} ${this.select("type", this.types())}
      ${this.select("which", [
        { value: "lasting", label: t("uses.only_lasting") },
        { value: "ended", label: t("uses.only_ended") },
      ])}
      <at-select
        label=${t("uses.period")}
        .value=${this.chosen.period}
        .options=${PERIODS.map((value) => ({ value, label: t(`uses.periods.${value}`) }))}
        @at-change=${(event: CustomEvent<Period>) => this.set({ period: event.detail })}
      ></at-select>
      ${this.chosen.period === "custom" ? html`${this.moment("since")} ${this.moment("until")}` : nothing}
    </at-filters>`;
  }

  private select(name: "machine" | "type" | "which", options: { value: string; label: string }[]) {
    return html`<at-select
      label=${t(`uses.${name}`)}
      any=${t(`uses.any_${name}`)}
      .value=${this.chosen[name]}
      .options=${options}
      @at-change=${(event: CustomEvent<string>) => this.set({ [name]: event.detail })}
    ></at-select>`;
  }

  private moment(name: "since" | "until") {
    return html`<at-datetime
      label=${t(`uses.${name}`)}
      .value=${this.chosen[name]}
      @at-change=${(event: CustomEvent<string | null>) => this.set({ [name]: event.detail })}
    ></at-datetime>`;
  }

  private machines() {
    return (this.facts?.machines ?? []).map(({ id, name }) => ({ value: String(id), label: name }));
  }

  private types() {
    return (this.facts?.types ?? []).map(({ name }) => ({ value: name, label: name }));
  }

  private set(change: Partial<Chosen>): void {
    this.chosen = { ...this.chosen, ...change };
    this.dispatchEvent(new CustomEvent("at-filter", { detail: filters(this.chosen) }));
  }
}

function filters(chosen: Chosen): UseFilters {
  const own = chosen.period === "custom";
  return {
    search: chosen.search || undefined,
    member_id: chosen.member?.id,
    machine_id: chosen.machine ? Number(chosen.machine) : undefined,
    type: chosen.type || undefined,
    lasting: chosen.which ? chosen.which === "lasting" : undefined,
    since: (own ? chosen.since : beginning(chosen.period)) ?? undefined,
    until: (own ? chosen.until : undefined) ?? undefined,
  };
}

declare global {
  interface HTMLElementEventMap {
    "at-filter": CustomEvent<UseFilters>;
  }
}
