import { mdiArrowLeft, mdiCancel, mdiDelete, mdiRefresh } from "@mdi/js";
import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import "../../elements/at-button";
import "../../elements/at-chip";
import { confirmed } from "../../elements/at-confirm";
import { attempt, toast } from "../../elements/at-toasts";
import { dateTime, number, span } from "../../i18n/format";
import { t } from "../../i18n/text";
import { askedBy } from "../jobs/asked-by";
import { cancelJob } from "../jobs/cancel";
import "../jobs/log-view";
import { OneJobPage } from "../jobs/one-job";
import "../jobs/progress";
import { jobSpan } from "../jobs/timing";
import { problemOf } from "../problem";
import { finished, type Job } from "../types";
import "./artifacts";
import { type Build, nameOf } from "./build";
import "./package-changes";
import "./package-list";
import { rebuild } from "./rebuild";

interface Shown {
  build: Build;
  job: Job;
  /** The number of the profile's version that it is of. */
  version?: number;
}

/** One build: how far it is, what it left, what is in it, and why it failed. */
@customElement("forge-build-view")
export class BuildView extends OneJobPage<Shown> {
  protected override async ask(): Promise<Shown> {
    const id = encodeURIComponent(this.jobId);
    const asked = this.door.request<Job>("GET", `/jobs/${id}`);
    // Where neither is there, a build is missing: its own answer is the one that is told.
    asked.catch(() => undefined);
    const build = await this.door.request<Build>("GET", `/builds/${id}`);
    return { build, job: await asked, version: await this.versionOf(build) };
  }

  private async versionOf({ profile_id, version_id }: Build): Promise<number | undefined> {
    if (!profile_id || !version_id) return undefined;
    type Versions = { versions: { version: number; version_id: string }[] };
    const known = this.loading.loaded?.version;
    if (known !== undefined) return known;
    const path = `/profiles/${encodeURIComponent(profile_id)}/versions`;
    const { versions } = await this.door.request<Versions>("GET", path);
    return versions.find((version) => version.version_id === version_id)?.version;
  }

  protected override render() {
    return html`
      <at-button kind="quiet" .icon=${mdiArrowLeft} @click=${() => this.goTo("builds")}>
        ${t("forge_builds.all")}
      </at-button>
      ${this.loading.render((shown) => this.content(shown))}
    `;
  }

  private content({ build, job, version }: Shown) {
    return html`
      <div class="bar">
        <h1 class="grow">${nameOf(build)} ${build.recipe.place.release}</h1>
        ${this.deeds(build, job)}
      </div>
      <section class="card">
        <forge-progress .job=${job}></forge-progress>
        ${build.hit ? this.sameAs(build) : nothing}
        ${problemOf(build)}
        <dl>${this.facts(build, job, version)}</dl>
      </section>
      ${
        build.artifacts.length
          ? html`<forge-artifacts .door=${this.door} .artifacts=${build.artifacts}></forge-artifacts>`
          : nothing
      }
      ${
        build.facts
          ? html`${build.hit ? nothing : html`<forge-package-changes .changes=${build.facts.changes}></forge-package-changes>`}
              <forge-package-list .manifest=${build.facts.manifest ?? {}}></forge-package-list>`
          : nothing
      }
      <h2>${t("forge_jobs.log")}</h2>
      <forge-log .door=${this.door} job=${build.id}></forge-log>
    `;
  }

  private deeds(build: Build, job: Job) {
    if (!finished(build.state)) {
      return html`<at-button
        kind="danger"
        .icon=${mdiCancel}
        ?disabled=${job.cancel_requested}
        @click=${() => cancelJob(this, this.door, job)}
        >${t("forge_jobs.cancel")}</at-button
      >`;
    }
    return html`
      ${
        build.profile_id
          ? html`<at-button
              .icon=${mdiRefresh}
              .hindrance=${this.hindrance}
              @click=${() => rebuild(this.door, this.places, build)}
              >${t("forge_builds.rebuild")}</at-button
            >`
          : nothing
      }
      <at-button
        kind="quiet"
        .icon=${mdiDelete}
        label=${t("common.delete")}
        @click=${() => this.delete(build)}
      ></at-button>
    `;
  }

  private async delete(build: Build): Promise<void> {
    const sure = await confirmed(this, {
      heading: t("forge_builds.delete_heading"),
      text: t("forge_builds.delete_text", {
        name: nameOf(build),
        when: dateTime(build.created_at),
      }),
      action: t("common.delete"),
      danger: true,
    });
    if (!sure) return;
    await attempt(async () => {
      await this.door.request("DELETE", `/builds/${build.id}`);
      toast(t("forge_builds.deleted"));
      this.places.go(["builds"], true);
    });
  }

  private sameAs({ same_as }: Build) {
    return html`<p>
      <at-chip tone="info">${t("forge_builds.hit")}</at-chip>
      <a href=${this.address("builds", same_as ?? "")}>${t("forge_builds.same_as")}</a>
    </p>`;
  }

  private facts(build: Build, job: Job, version?: number) {
    const { place, board, partsize, filesystem, packages } = build.recipe;
    const made = build.facts;
    const told: [string, unknown][] = [
      ["profile", build.profile_id && this.profile(build.profile_id, version)],
      ["board", made ? `${made.board} (${board})` : board],
      ["target", `${place.target}/${place.subtarget}`],
      ["release", made ? `${place.release}, ${made.revision}` : place.release],
      ["packages_asked", packages.length > 0 && packages.join(" ")],
      ["partsize", partsize && `${number(partsize)} MiB`],
      ["filesystem", filesystem],
      ["asked", dateTime(build.created_at)],
      ["by", askedBy(build.by, this.places)],
      ["took", job.started_at && span(jobSpan(job))],
      ["host", job.host],
    ];
    return told
      .filter(([, value]) => value)
      .map(
        ([name, value]) => html`<div><dt>${t(`forge_builds.${name}`)}</dt><dd>${value}</dd></div>`,
      );
  }

  private profile(profileId: string, version?: number) {
    const number = version === undefined ? "" : String(version);
    return html`<a href=${this.address("profiles", profileId)}>${profileId}</a>
      ${
        number
          ? html`<a href=${this.address("profiles", profileId, "versions", number)}
              >${t("forge_builds.version", { version: number })}</a
            >`
          : nothing
      }
      · <a href=${this.address("builds", "of", profileId)}>${t("forge_builds.history")}</a>`;
  }
}
