import { mdiBroom, mdiDownload } from "@mdi/js";
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import "../../elements/at-button";
import { tiles } from "../../elements/styles";
import { Loading } from "../../frame/loading";
import { bytes } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Calm } from "../calm";
import { Hearing } from "../feed";
import { ForgePage } from "../forge-page";
import "../jobs/progress";
import { finished, type Job } from "../types";
import { type Builder, nameOf, type Place } from "./builder";
import "./builder-card";
import { builderHead } from "./builder-head";
import "./ensure-dialog";
import "./prune-dialog";

interface Loaded {
  builders: Builder[];
  size: number;
  jobs: Job[];
}

/** Image Builders: what is there, how it was verified, fetched and deleted. */
@customElement("forge-builders")
export class BuildersPage extends ForgePage {
  @state() private open: "ensure" | "prune" | undefined;
  private loading = new Loading<Loaded>(this, async () => {
    const [listed, working] = await Promise.all([
      this.door.request<Omit<Loaded, "jobs">>("GET", "/builders"),
      this.door.request<{ jobs: Job[] }>("GET", "/jobs", {
        query: { kind: "builder.ensure", limit: 20 },
      }),
    ]);
    return { ...listed, jobs: working.jobs.filter(({ state }) => !finished(state)) };
  });
  private reload = new Calm(this, () => void this.loading.load());

  static override styles = [
    ForgePage.styles,
    tiles,
    builderHead,
    css`
      .working {
        display: grid;
        gap: 12px;
        margin-bottom: 16px;
      }
    `,
  ];

  constructor() {
    super();
    new Hearing(this, (event) => this.heard(event?.type, event?.job_id, event?.data));
  }

  private heard(type?: string, jobId?: string | null, data: Record<string, unknown> = {}): void {
    const { loaded } = this.loading;
    if (type !== "job.progress") {
      this.reload.call();
      return;
    }
    if (!loaded?.jobs.some(({ id }) => id === jobId)) return;
    const { step, percent } = data as Pick<Job, "step" | "percent">;
    loaded.jobs = loaded.jobs.map((job) => (job.id === jobId ? { ...job, step, percent } : job));
    this.requestUpdate();
  }

  protected override render() {
    return html`
      <div class="bar">
        <h1 class="grow">${t("forge_builders.title")}</h1>
        <at-button .icon=${mdiBroom} @click=${() => this.show("prune")}>
          ${t("forge_builders.prune")}
        </at-button>
        <at-button
          kind="primary"
          .icon=${mdiDownload}
          .hindrance=${this.hindrance}
          @click=${() => this.show("ensure")}
        >
          ${t("forge_builders.fetch")}
        </at-button>
      </div>
      ${this.status?.offline ? html`<p class="card">${t("forge_builders.offline")}</p>` : nothing}
      ${this.loading.render((loaded) => this.content(loaded))} ${this.dialog()}
    `;
  }

  private content({ builders, size, jobs }: Loaded) {
    return html`
      ${jobs.length ? html`<div class="working">${jobs.map((job) => this.working(job))}</div>` : nothing}
      ${
        builders.length
          ? html`<p class="muted">
                ${t("forge_builders.all", { n: builders.length, size: bytes(size) })}
              </p>
              <div class="tiles">
                ${repeat(
                  builders,
                  nameOf,
                  (one) => html`<forge-builder-card
                    .door=${this.door}
                    .builder=${one}
                    .hindrance=${this.hindrance}
                    @at-changed=${this.reload.call}
                  ></forge-builder-card>`,
                )}
              </div>`
          : html`<at-note>${t("forge_builders.none")}</at-note>`
      }
    `;
  }

  private working(job: Job) {
    return html`<section class="card">
      <div class="head">
        <h2>
          <a href=${this.address("jobs", job.id)}>
            ${t("forge_builders.fetching", { name: nameOf(job.params as unknown as Place) })}
          </a>
        </h2>
      </div>
      <forge-progress .job=${job}></forge-progress>
    </section>`;
  }

  private show(what: "ensure" | "prune"): void {
    this.open = what;
  }

  private dialog() {
    const close = () => {
      this.open = undefined;
      this.reload.call();
    };
    if (this.open === "ensure") {
      return html`<forge-ensure-dialog .door=${this.door} .feed=${this.feed} .places=${this.places}
        @at-close=${close}></forge-ensure-dialog>`;
    }
    return this.open === "prune"
      ? html`<forge-prune-dialog
          .door=${this.door}
          .releases=${[...new Set((this.loading.loaded?.builders ?? []).map(({ release }) => release))]}
          @at-close=${close}
        ></forge-prune-dialog>`
      : nothing;
  }
}
