import { mdiSd } from "@mdi/js";
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../../elements/at-button";
import "../../elements/at-text";
import { Dialog } from "../../elements/dialog";
import { t } from "../../i18n/text";
import { askKey } from "../ask-key";
import type { ForgeDoor } from "../door";
import type { Feed } from "../feed";
import { JobWatch } from "../job-watch";
import { abandon, cancelJob } from "../jobs/cancel";
import "../jobs/progress";
import { problem, problemOf } from "../problem";
import type { Job } from "../types";
import { confirms, type Device, type Plan, type Stage, stageOf, type Written } from "./card";
import "./plan-view";
import { NO_WISH, planBody, type WriteWish } from "./wish";
import { deviceName } from "./words";
import "./write-choice";
import "./written-result";

/**
 * Writes an image to the card that somebody chose: which image, what it would destroy, typed
 * confirmation, writing and reading back.
 */
@customElement("forge-write-dialog")
export class WriteDialog extends Dialog {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) feed!: Feed;
  @property({ attribute: false }) device!: Device;
  @state() private wish = NO_WISH;
  @state() private typed = "";
  private planning = new JobWatch(this);
  private writing = new JobWatch(this);

  static override styles = [
    Dialog.styles,
    css`
      .muted {
        font-size: 0.875rem;
        overflow-wrap: anywhere;
      }
    `,
  ];

  private get stage(): Stage {
    return stageOf(this.planning.job, this.writing.job);
  }

  private get plan(): Plan {
    return this.planning.job?.result as unknown as Plan;
  }

  protected override render() {
    return this.framed(
      t("forge_cards.write_to", { name: deviceName(this.device) }),
      html`
        ${this.content()}
        ${problem(this.failed)}
      `,
      this.actions(),
      true,
    );
  }

  private content() {
    switch (this.stage) {
      case "choose":
        return this.choose();
      case "planning":
        return this.going(this.planning.job, "forge_cards.planning");
      case "confirm":
        return this.confirm(this.plan);
      case "writing":
        return this.going(this.writing.job, "forge_cards.writing");
      case "over":
        return html`<forge-written-result
          .job=${this.writing.job}
          .written=${this.writing.job?.result as unknown as Written | null}
        ></forge-written-result>`;
    }
  }

  private choose() {
    return html`
      <forge-write-choice
        .door=${this.door}
        .value=${this.wish}
        @at-change=${(event: CustomEvent<WriteWish>) => {
          this.wish = event.detail;
        }}
      ></forge-write-choice>
      ${problemOf(this.planning.job)}
    `;
  }

  private going(job: Job | undefined, words: string) {
    if (!job) return nothing;
    return html`
      <p>${t(words, { image: this.wish.image?.name ?? "", device: this.device.path })}</p>
      <forge-progress .job=${job}></forge-progress>
      ${job.kind === "flash.write" ? html`<p class="muted">${t("forge_cards.goes_on")}</p>` : nothing}
    `;
  }

  private confirm(plan: Plan) {
    return html`
      <forge-plan-view .plan=${plan}></forge-plan-view>
      <at-text
        autofocus
        label=${t("forge_cards.type_path", { path: plan.device.path })}
        hint=${t("forge_cards.type_hint")}
        maxlength="400"
        .value=${this.typed}
        @at-change=${(event: CustomEvent<string>) => {
          this.typed = event.detail;
        }}
      ></at-text>
    `;
  }

  private actions() {
    switch (this.stage) {
      case "choose":
        return html`${this.closing()}
          <at-button
            slot="actions"
            kind="primary"
            ?busy=${this.busy}
            ?disabled=${!this.wish.image?.name}
            @click=${this.makePlan}
          >
            ${t("forge_cards.plan")}
          </at-button>`;
      case "planning":
        return this.closing();
      case "confirm":
        return html`${this.closing()}
          <at-button
            slot="actions"
            kind="danger"
            .icon=${mdiSd}
            ?busy=${this.busy}
            ?disabled=${!confirms(this.typed, this.plan.device)}
            @click=${this.write}
          >
            ${t("forge_cards.overwrite")}
          </at-button>`;
      case "writing":
        return html`${this.ending(this.writing.job)} ${this.closing(true)}`;
      case "over":
        return this.closing(true);
    }
  }

  private ending(job: Job | undefined) {
    if (!job) return nothing;
    return html`<at-button
      slot="actions"
      kind="danger"
      ?disabled=${job.cancel_requested}
      @click=${() => cancelJob(this, this.door, job)}
    >
      ${t("forge_cards.cancel")}
    </at-button>`;
  }

  private makePlan(): Promise<boolean> {
    return this.work(async () => {
      this.planning.leave();
      const asked = { body: planBody(this.device, this.wish), idempotencyKey: askKey() };
      this.planning.follow(await this.door.request<Job>("POST", "/flash/plans", asked));
    });
  }

  private write(): Promise<boolean> {
    return this.work(async () => {
      const { token, device } = this.plan;
      if (!confirms(this.typed, device)) return;
      const asked = { body: { token, force: true }, idempotencyKey: `write-${token}` };
      try {
        this.writing.follow(await this.door.request<Job>("POST", "/flash/writes", asked));
      } catch (error) {
        // A plan that cannot be confirmed any more is of no use: back to making one.
        this.typed = "";
        this.planning.leave();
        throw error;
      }
    });
  }

  protected override close(): void {
    const { job } = this.planning;
    // Nothing is written by a plan, and nobody waits for it any more.
    if (this.stage === "planning" && job) abandon(this.door, job);
    super.close();
  }
}
