import { mdiArrowLeft, mdiCancel, mdiDownload } from "@mdi/js";
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import "../../elements/at-button";
import { attempt } from "../../elements/at-toasts";
import { dateTime, number, span } from "../../i18n/format";
import { t } from "../../i18n/text";
import { problemOf } from "../problem";
import { finished, type Job } from "../types";
import { askedBy } from "./asked-by";
import "./batch-result";
import { cancelJob } from "./cancel";
import { kindOf, subjectOf } from "./job";
import "./log-view";
import { OneJobPage } from "./one-job";
import "./progress";
import { jobSpan } from "./timing";

interface Shown {
  job: Job;
  files: string[];
}

/** One job: how far it is, what became of it, what it wrote. */
@customElement("forge-job-view")
export class JobView extends OneJobPage<Shown> {
  static override styles = [
    OneJobPage.styles,
    css`
      .files {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }
    `,
  ];

  protected override async ask(): Promise<Shown> {
    const path = `/jobs/${encodeURIComponent(this.jobId)}`;
    const job = await this.door.request<Job>("GET", path);
    if (!finished(job.state)) return { job, files: [] };
    return { job, ...(await this.door.request<{ files: string[] }>("GET", `${path}/files`)) };
  }

  protected override render() {
    return html`
      <at-button kind="quiet" .icon=${mdiArrowLeft} @click=${() => this.goTo("jobs")}>
        ${t("forge_jobs.all")}
      </at-button>
      ${this.loading.render((shown) => this.content(shown))}
    `;
  }

  private content({ job, files }: Shown) {
    const over = finished(job.state);
    return html`
      <div class="bar">
        <h1 class="grow">${kindOf(job.kind)} ${subjectOf(job)}</h1>
        ${
          job.kind === "build.image"
            ? html`<at-button @click=${() => this.goTo("builds", job.id)}>
                ${t("forge_jobs.to_build")}
              </at-button>`
            : nothing
        }
        ${
          over
            ? nothing
            : html`<at-button
                kind="danger"
                .icon=${mdiCancel}
                ?disabled=${job.cancel_requested}
                @click=${() => cancelJob(this, this.door, job)}
                >${t("forge_jobs.cancel")}</at-button
              >`
        }
      </div>
      <section class="card">
        <forge-progress .job=${job}></forge-progress>
        ${problemOf(job)}
        <dl>${this.facts(job)}</dl>
      </section>
      ${
        job.kind === "build.batch" && job.result
          ? html`<forge-batch-result .result=${job.result} .places=${this.places}></forge-batch-result>`
          : nothing
      }
      ${files.length ? this.files(files) : nothing}
      <h2>${t("forge_jobs.log")}</h2>
      <forge-log .door=${this.door} job=${job.id}></forge-log>
    `;
  }

  private facts(job: Job) {
    const told: [string, unknown][] = [
      ["created", dateTime(job.created_at)],
      ["by", askedBy(job.by, this.places)],
      ["started", job.started_at && dateTime(job.started_at)],
      ["took", job.started_at && span(jobSpan(job))],
      ["host", job.host],
      ["attempt", job.attempt > 1 && number(job.attempt)],
    ];
    return told
      .filter(([, value]) => value)
      .map(
        ([name, value]) => html`<div><dt>${t(`forge_jobs.${name}`)}</dt><dd>${value}</dd></div>`,
      );
  }

  private files(names: string[]) {
    return html`
      <h2>${t("forge_jobs.files")}</h2>
      <div class="files">
        ${names.map(
          (name) => html`<at-button
            .icon=${mdiDownload}
            @click=${() => attempt(() => this.door.download(this.jobId, name))}
            >${name}</at-button
          >`,
        )}
      </div>
    `;
  }
}
