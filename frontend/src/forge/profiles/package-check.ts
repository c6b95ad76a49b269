import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../../elements/at-button";
import { base, links } from "../../elements/styles";
import { t } from "../../i18n/text";
import { askKey } from "../ask-key";
import type { ForgeDoor } from "../door";
import type { Feed } from "../feed";
import { JobWatch } from "../job-watch";
import { abandon } from "../jobs/cancel";
import "../jobs/progress";
import type { Places } from "../places";
import { problem, problemOf } from "../problem";
import { finished, type Job } from "../types";
import "./package-plan";
import type { PackagePlan } from "./package-plan";

/**
 * Asks an Image Builder which packages an image would hold, and shows what it says.
 *
 * `about` is `{profile_id}`, or `{profile}` of one that is not kept; `begin()` asks. `at-checked`
 * tells the job when it has ended.
 */
@customElement("forge-package-check")
export class PackageCheck extends LitElement {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) feed!: Feed;
  @property({ attribute: false }) places!: Places;
  @property({ attribute: false }) about: object = {};
  /** Begin by itself. */
  @property({ type: Boolean }) eager = false;
  @state() private failed: unknown;
  private turn = 0;
  private watch = new JobWatch(this, (job) =>
    this.dispatchEvent(new CustomEvent<Job>("at-checked", { detail: job })),
  );

  static override styles = [
    base,
    links,
    css`
      :host {
        display: block;
      }
      p {
        margin: 12px 0 0;
        color: var(--secondary-text-color);
        font-size: 0.875rem;
      }
    `,
  ];

  protected override firstUpdated(): void {
    if (this.eager) void this.begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.forget();
  }

  async begin(): Promise<void> {
    this.forget();
    const turn = ++this.turn;
    try {
      const job = await this.door.request<Job>("POST", "/builds/plan", {
        body: this.about,
        idempotencyKey: askKey(),
      });
      if (turn === this.turn) this.watch.follow(job);
      else abandon(this.door, job);
    } catch (error) {
      if (turn !== this.turn) return;
      this.failed = error;
    }
  }

  /** What was asked is of no use any more: it is not worked on any longer. */
  private forget(): void {
    this.turn += 1;
    this.failed = undefined;
    const { job } = this.watch;
    if (job && !finished(job.state)) abandon(this.door, job);
    this.watch.leave();
  }

  protected override render() {
    if (this.failed !== undefined) return problem(this.failed);
    const { job } = this.watch;
    if (!job) return nothing;
    if (job.state === "done") {
      return html`<forge-package-plan
        .plan=${job.result as unknown as PackagePlan}
      ></forge-package-plan>`;
    }
    if (job.error) {
      return html`${problemOf(job)}<p>${this.log(job)}</p>`;
    }
    return html`<forge-progress .job=${job}></forge-progress>
      <p>${t("forge_profiles.first_takes_long")} ${this.log(job)}</p>`;
  }

  private log(job: Job) {
    return html`<a href=${this.places.address(["jobs", job.id])}>${t("forge_profiles.to_job")}</a>`;
  }
}

declare global {
  interface HTMLElementEventMap {
    "at-checked": CustomEvent<Job>;
  }
}
