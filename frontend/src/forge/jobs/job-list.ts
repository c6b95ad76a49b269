import { mdiCancel } from "@mdi/js";
import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import "../../elements/at-button";
import "../../elements/at-filters";
import { setFilters } from "../../elements/at-filters";
import "../../elements/at-select";
import "../../elements/at-table";
import { forgeFailure } from "../../api/errors";
import type { Column } from "../../elements/at-table";
import { Listing } from "../../elements/listing";
import { Ticking } from "../../elements/ticking";
import { failureText } from "../../i18n/failures";
import { ago, dateTime, span } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Calm } from "../calm";
import type { ForgeEvent } from "../door";
import { Hearing } from "../feed";
import { ForgePage } from "../forge-page";
import { finished, type Job } from "../types";
import { askedBy } from "./asked-by";
import { cancelJob } from "./cancel";
import { KINDS, kindOf, subjectOf } from "./job";
import "./progress";
import { jobSpan } from "./timing";

interface Filters {
  which?: keyof typeof WHICH;
  kind?: string;
}

const WHICH = {
  open: ["queued", "preparing", "downloading", "verifying", "building", "collecting"],
  done: ["done"],
  failed: ["failed"],
  cancelled: ["cancelled"],
} as const;

/** All jobs: those that wait and run, and what became of the others. */
@customElement("forge-job-list")
export class JobList extends ForgePage {
  private list = new Listing<Job, Filters>(this, {
    filters: {},
    limit: 25,
    load: async ({ limit, filters, after }) => {
      const { jobs } = await this.door.request<{ jobs: Job[] }>("GET", "/jobs", {
        query: {
          limit: limit + 1,
          before: after?.id,
          kind: filters.kind,
          state: filters.which && WHICH[filters.which],
        },
      });
      return { rows: jobs.slice(0, limit), more: jobs.length > limit };
    },
  });
  private reload = new Calm(this, () => void this.list.reload());

  constructor() {
    super();
    new Hearing(this, (event) => this.heard(event));
    new Ticking(this, () => this.list.rows.some((job) => job.started_at && !finished(job.state)));
  }

  private heard(event: ForgeEvent | null): void {
    if (event && !event.type.startsWith("job.")) return;
    const { list } = this;
    const row = list.rows.find(({ id }) => id === event?.job_id);
    if (event?.type !== "job.progress" || !row) {
      this.reload.call();
      return;
    }
    const { step, percent } = event.data as Pick<Job, "step" | "percent">;
    list.rows = list.rows.map((job) => (job === row ? { ...job, step, percent } : job));
    this.requestUpdate();
  }

  protected override render() {
    const { filters } = this.list;
    return html`
      <div class="bar"><h1 class="grow">${t("forge_jobs.title")}</h1></div>
      <at-filters .active=${setFilters(filters)}>
        <at-select
          label=${t("forge_jobs.which")}
          any=${t("forge_jobs.any_which")}
          .value=${filters.which ?? ""}
          .options=${Object.keys(WHICH).map((value) => ({ value, label: t(`forge_jobs.only.${value}`) }))}
          @at-change=${(event: CustomEvent<keyof typeof WHICH | "">) => this.list.filter({ which: event.detail || undefined })}
        ></at-select>
        <at-select
          label=${t("forge_jobs.of_kind")}
          any=${t("forge_jobs.any_kind")}
          .value=${filters.kind ?? ""}
          .options=${KINDS.map((value) => ({ value, label: kindOf(value) }))}
          @at-change=${(event: CustomEvent<string>) => this.list.filter({ kind: event.detail || undefined })}
        ></at-select>
      </at-filters>
      <at-table
        label=${t("forge_jobs.title")}
        .columns=${this.columns()}
        .listing=${this.list}
        .rows=${this.list.rows}
      ></at-table>
    `;
  }

  private columns(): Column<Job>[] {
    return [
      { key: "what", label: t("forge_jobs.what"), phone: "heading", cell: (job) => this.what(job) },
      { key: "state", label: t("forge_jobs.which"), cell: (job) => this.state(job) },
      {
        key: "by",
        label: t("forge_jobs.by"),
        cell: (job) => askedBy(job.by, this.places) || nothing,
      },
      {
        key: "created",
        label: t("forge_jobs.created"),
        cell: (job) => html`<span title=${dateTime(job.created_at)}>${ago(job.created_at)}</span>`,
      },
      {
        key: "time",
        label: t("forge_jobs.took"),
        end: true,
        cell: (job) => (job.started_at ? span(jobSpan(job)) : nothing),
      },
      { key: "do", label: "", phone: "actions", cell: (job) => this.cancel(job) },
    ];
  }

  private what(job: Job) {
    const subject = subjectOf(job);
    return html`<span class="stack">
      <a href=${this.address("jobs", job.id)}>${kindOf(job.kind)}</a>
      ${subject ? html`<span class="muted">${subject}</span>` : nothing}
    </span>`;
  }

  private state(job: Job) {
    return html`<span class="stack">
      <forge-progress .job=${job}></forge-progress>
      ${job.error && job.state === "failed" ? html`<span class="muted">${failureText(forgeFailure(job.error))}</span>` : nothing}
    </span>`;
  }

  private cancel(job: Job) {
    if (finished(job.state)) return nothing;
    return html`<at-button
      kind="quiet"
      .icon=${mdiCancel}
      label=${t("forge_jobs.cancel_this", { kind: kindOf(job.kind), subject: subjectOf(job) })}
      ?disabled=${job.cancel_requested}
      @click=${() => cancelJob(this, this.door, job)}
    ></at-button>`;
  }
}
