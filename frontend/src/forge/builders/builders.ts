import { mdiBroom, mdiDeleteOutline, mdiDownload, mdiRefresh } from "@mdi/js";
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { forgeFailure } from "../../api/errors";
import "../../elements/at-button";
import "../../elements/at-chip";
import { confirmed } from "../../elements/at-confirm";
import "../../elements/at-menu";
import { attempt } from "../../elements/at-toasts";
import { Loading } from "../../frame/loading";
import { failureText } from "../../i18n/failures";
import { ago, bytes, dateTime, number } from "../../i18n/format";
import { known, t } from "../../i18n/text";
import { askKey } from "../ask-key";
import { Calm } from "../calm";
import { facts } from "../facts-style";
import { Hearing } from "../feed";
import { ForgePage } from "../forge-page";
import "../jobs/progress";
import { finished, type Job } from "../types";
import { type Builder, nameOf, type Place, pathOf } from "./builder";
import "./ensure-dialog";
import "./prune-dialog";

interface Loaded {
  builders: Builder[];
  size: number;
  jobs: Job[];
}

const SIGNATURES: Record<string, "good" | "warning" | "plain"> = {
  verified: "good",
  unknown_key: "warning",
  unsigned: "warning",
  unchecked: "plain",
};

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
    facts,
    css`
      .list {
        display: grid;
        gap: 16px;
        grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr));
      }
      .head {
        display: flex;
        gap: 8px;
        align-items: start;
      }
      .head h2 {
        flex: 1;
        margin: 0;
        padding: 8px 0;
        overflow-wrap: anywhere;
      }
      .chips {
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
      }
      .working {
        display: grid;
        gap: 12px;
        margin-bottom: 16px;
      }
      .bad {
        margin: 12px 0 0;
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
              <div class="list">${builders.map((one) => this.builder(one))}</div>`
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

  private builder(one: Builder) {
    const told: [string, unknown][] = [
      ["size", one.size === null ? "–" : bytes(one.size)],
      ["revision", one.revision ?? "–"],
      ["builds", number(one.builds)],
      ["used", when(one.used_at)],
      ["checked", when(one.checked_at)],
    ];
    return html`<section class="card">
      <div class="head">
        <h2>${nameOf(one)}</h2>
        <at-menu
          label=${t("forge_builders.more", { name: nameOf(one) })}
          .items=${[
            {
              label: t("forge_builders.again"),
              icon: mdiRefresh,
              disabled: this.hindrance !== "",
              run: () => this.again(one),
            },
            {
              label: t("common.delete"),
              icon: mdiDeleteOutline,
              danger: true,
              run: () => this.drop(one),
            },
          ]}
        ></at-menu>
      </div>
      <div class="chips">${this.chips(one)}</div>
      <dl>
        ${told.map(([name, value]) => html`<div><dt>${t(`forge_builders.${name}`)}</dt><dd>${value}</dd></div>`)}
        ${
          one.sha256
            ? html`<div><dt>SHA-256</dt><dd><code title=${one.sha256}>${one.sha256.slice(0, 16)}…</code></dd></div>`
            : nothing
        }
      </dl>
      ${one.problem ? html`<p class="bad">${failureText(forgeFailure(one.problem))}</p>` : nothing}
    </section>`;
  }

  private chips({ state, here, signature }: Builder) {
    const tone = { ready: "good", pending: "info", broken: "bad" } as const;
    return html`
      <at-chip tone=${tone[state]}>${t(`forge_builders.states.${state}`)}</at-chip>
      ${state === "ready" && !here ? html`<at-chip>${t("forge_builders.elsewhere")}</at-chip>` : nothing}
      ${
        signature
          ? html`<at-chip tone=${SIGNATURES[signature] ?? "plain"}>
              ${known(`forge_builders.signature.${signature}`) ? t(`forge_builders.signature.${signature}`) : signature}
            </at-chip>`
          : nothing
      }
    `;
  }

  private async again(one: Builder): Promise<void> {
    const { release, target, subtarget } = one;
    await attempt(() =>
      this.door.request<Job>("POST", "/builders/ensure", {
        body: { release, target, subtarget, force: true },
        idempotencyKey: askKey(),
      }),
    );
    this.reload.call();
  }

  private async drop(one: Builder): Promise<void> {
    const sure = await confirmed(this, {
      heading: t("forge_builders.delete_heading", { name: nameOf(one) }),
      text: one.builds
        ? t("forge_builders.delete_needed", { n: one.builds })
        : t("forge_builders.delete_text"),
      action: t("common.delete"),
      danger: true,
    });
    if (!sure) return;
    const query = one.builds ? { force: true } : {};
    await attempt(() => this.door.request<Job>("DELETE", pathOf(one), { query }));
    this.reload.call();
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

function when(moment: string | null) {
  return moment ? html`<span title=${dateTime(moment)}>${ago(moment)}</span>` : "–";
}
