import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type Failure, failure, forgeFailure } from "../../api/errors";
import "../../elements/at-button";
import { base } from "../../elements/styles";
import { t } from "../../i18n/text";
import { askKey } from "../ask-key";
import type { ForgeDoor } from "../door";
import type { Feed } from "../feed";
import { JobWatch } from "../job-watch";
import "../jobs/progress";
import type { Places } from "../places";
import "../problem";
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
  @state() private failed?: Failure;
  private turn = 0;
  private watch = new JobWatch(this, (job) =>
    this.dispatchEvent(new CustomEvent<Job>("at-checked", { detail: job })),
  );

  static override styles = [
    base,
    css`
      :host {
        display: block;
      }
      p {
        margin: 12px 0 0;
        color: var(--secondary-text-color);
        font-size: 0.875rem;
      }
      a {
        color: color-mix(in srgb, var(--primary-color) 72%, var(--primary-text-color));
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
      else this.cancel(job);
    } catch (error) {
      if (turn !== this.turn) return;
      this.failed = failure(error);
    }
  }

  /** What was asked is of no use any more: it is not worked on any longer. */
  private forget(): void {
    this.turn += 1;
    this.failed = undefined;
    const { job } = this.watch;
    if (job && !finished(job.state)) this.cancel(job);
    this.watch.leave();
  }

  private cancel(job: Job): void {
    this.door.request("POST", `/jobs/${job.id}/cancel`).catch(() => undefined);
  }

  protected override render() {
    if (this.failed) return html`<forge-problem .failure=${this.failed}></forge-problem>`;
    const { job } = this.watch;
    if (!job) return nothing;
    if (job.state === "done") {
      return html`<forge-package-plan
        .plan=${job.result as unknown as PackagePlan}
      ></forge-package-plan>`;
    }
    if (job.error) {
      return html`<forge-problem .failure=${forgeFailure(job.error)}></forge-problem>
        <p>${this.log(job)}</p>`;
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
