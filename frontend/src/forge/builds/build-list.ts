import { mdiRefresh } from "@mdi/js";
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { forgeFailure } from "../../api/errors";
import "../../elements/at-button";
import "../../elements/at-chip";
import "../../elements/at-filters";
import { setFilters } from "../../elements/at-filters";
import "../../elements/at-select";
import "../../elements/at-table";
import type { Column } from "../../elements/at-table";
import { attempt } from "../../elements/at-toasts";
import { Listing } from "../../elements/listing";
import { failureText } from "../../i18n/failures";
import { ago, dateTime } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Calm } from "../calm";
import type { ForgeEvent } from "../door";
import { Hearing } from "../feed";
import { ForgePage } from "../forge-page";
import { askedBy } from "../jobs/asked-by";
import "../jobs/progress";
import { finished } from "../types";
import { anyChange, type Build, nameOf } from "./build";
import "./change-chips";
import { rebuild } from "./rebuild";

interface Filters {
  profile_id?: string;
  state?: string;
}

const STATES = ["queued", "building", "done", "failed", "cancelled"];
/** Profiles to choose from; there may be more, which are found on their own page. */
const PROFILES = 1000;

/** What was built: by profile, newest first. */
@customElement("forge-build-list")
export class BuildList extends ForgePage {
  /** Only this profile's, to begin with. */
  @property() profile?: string;
  @state() private profiles: string[] = [];
  private list?: Listing<Build, Filters>;
  private reload = new Calm(this, () => void this.list?.reload());

  constructor() {
    super();
    new Hearing(this, (event) => this.heard(event));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.list ??= new Listing<Build, Filters>(this, {
      filters: { profile_id: this.profile || undefined },
      limit: 25,
      load: async ({ limit, filters, after }) => {
        const { builds } = await this.door.request<{ builds: Build[] }>("GET", "/builds", {
          query: { limit: limit + 1, before: after?.id, ...filters },
        });
        return { rows: builds.slice(0, limit), more: builds.length > limit };
      },
    });
    void attempt(async () => {
      type Found = { profiles: { profile: { profile_id: string } }[] };
      const found = await this.door.request<Found>("GET", "/profiles", {
        query: { limit: PROFILES },
      });
      this.profiles = found.profiles.map(({ profile }) => profile.profile_id);
    });
  }

  private heard(event: ForgeEvent | null): void {
    const { list } = this;
    if (!list) return;
    const row = list.rows.find(({ id }) => id === event?.job_id);
    if (event?.type === "job.progress" && row) {
      const { step, percent } = event.data as Pick<Build, "step" | "percent">;
      list.rows = list.rows.map((build) => (build === row ? { ...build, step, percent } : build));
      this.requestUpdate();
    } else if (!event || row || event.data.kind === "build.image") this.reload.call();
  }

  protected override render() {
    const { list } = this;
    if (!list) return nothing;
    const { filters } = list;
    const names = [
      ...new Set([...this.profiles, ...(filters.profile_id ? [filters.profile_id] : [])]),
    ];
    return html`
      <div class="bar"><h1 class="grow">${t("forge_builds.title")}</h1></div>
      <at-filters .active=${setFilters(filters)}>
        <at-select
          label=${t("forge_builds.profile")}
          any=${t("forge_builds.any_profile")}
          .value=${filters.profile_id ?? ""}
          .options=${names.map((value) => ({ value, label: value }))}
          @at-change=${(event: CustomEvent<string>) => list.filter({ profile_id: event.detail || undefined })}
        ></at-select>
        <at-select
          label=${t("forge_builds.state")}
          any=${t("forge_jobs.any_which")}
          .value=${filters.state ?? ""}
          .options=${STATES.map((value) => ({ value, label: t(`forge_jobs.states.${value}`) }))}
          @at-change=${(event: CustomEvent<string>) => list.filter({ state: event.detail || undefined })}
        ></at-select>
      </at-filters>
      <at-table
        label=${t("forge_builds.title")}
        .columns=${this.columns()}
        .listing=${list}
        .rows=${list.rows}
      ></at-table>
    `;
  }

  private columns(): Column<Build>[] {
    return [
      {
        key: "what",
        label: t("forge_builds.profile"),
        phone: "heading",
        cell: (build) => html`<a href=${this.address("builds", build.id)}>${nameOf(build)}</a>`,
      },
      {
        key: "release",
        label: t("forge_builds.release"),
        cell: ({ recipe: { place } }) => html`<span class="stack">
          ${place.release}<span class="muted">${place.target}/${place.subtarget}</span>
        </span>`,
      },
      { key: "state", label: t("forge_builds.state"), cell: (build) => this.state(build) },
      {
        key: "changes",
        label: t("forge_builds.changes"),
        cell: ({ facts }) =>
          anyChange(facts?.changes)
            ? html`<forge-change-chips .changes=${facts.changes}></forge-change-chips>`
            : nothing,
      },
      { key: "created", label: t("forge_builds.asked"), cell: (build) => this.asked(build) },
      { key: "do", label: "", phone: "actions", cell: (build) => this.deeds(build) },
    ];
  }

  private state(build: Build) {
    return html`<span class="stack">
      <forge-progress .job=${build}></forge-progress>
      ${build.hit ? html`<at-chip tone="info">${t("forge_builds.hit")}</at-chip>` : nothing}
      ${build.error && build.state === "failed" ? html`<span class="muted">${failureText(forgeFailure(build.error))}</span>` : nothing}
    </span>`;
  }

  private asked({ created_at, by }: Build) {
    return html`<span class="stack">
      <span title=${dateTime(created_at)}>${ago(created_at)}</span>
      ${by ? html`<span class="muted">${askedBy(by, this.places)}</span>` : nothing}
    </span>`;
  }

  private deeds(build: Build) {
    if (!finished(build.state) || !build.profile_id) return nothing;
    return html`<at-button
      kind="quiet"
      .icon=${mdiRefresh}
      label=${t("forge_builds.rebuild_this", { profile: build.profile_id })}
      .hindrance=${this.hindrance}
      @click=${() => rebuild(this.door, this.places, build)}
    ></at-button>`;
  }
}
