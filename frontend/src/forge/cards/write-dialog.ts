import { mdiAlertOutline, mdiSd } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type Failure, failure, forgeFailure } from "../../api/errors";
import "../../elements/at-button";
import "../../elements/at-checkbox";
import "../../elements/at-dialog";
import "../../elements/at-icon";
import "../../elements/at-select";
import "../../elements/at-text";
import { base } from "../../elements/styles";
import { bytes } from "../../i18n/format";
import { t } from "../../i18n/text";
import { askKey } from "../ask-key";
import type { ForgeDoor } from "../door";
import type { Feed } from "../feed";
import { JobWatch } from "../job-watch";
import { cancelJob } from "../jobs/cancel";
import "../jobs/progress";
import type { Places } from "../places";
import "../problem";
import type { Job } from "../types";
import {
  type CardImage,
  confirms,
  type Device,
  type Disk,
  type Plan,
  stageOf,
  type Verification,
  type Written,
} from "./card";
import "./image-picker";
import { deviceName, partitionWords } from "./words";
import "./written-result";

const VERIFICATIONS: Verification[] = ["full-hash", "prefix-64MiB", "prefix-16MiB", "skipped"];

/**
 * Writes an image to the card that somebody chose: which image, what it would destroy, typed
 * confirmation, writing and reading back.
 */
@customElement("forge-write-dialog")
export class WriteDialog extends LitElement {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) feed!: Feed;
  @property({ attribute: false }) places!: Places;
  @property({ attribute: false }) device!: Device;
  @state() private image?: Pick<CardImage, "name"> & { job_id: string | null };
  @state() private wipe = false;
  @state() private ejects = false;
  @state() private verification = "";
  @state() private typed = "";
  @state() private failed?: Failure;
  @state() private busy = false;
  private planning = new JobWatch(this);
  private writing = new JobWatch(this);

  static override styles = [
    base,
    css`
      .stack {
        display: grid;
        gap: 16px;
      }
      p {
        margin: 0;
      }
      .danger {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 12px;
        padding: 16px;
        border-radius: 12px;
        background: color-mix(in srgb, var(--error-color) 15%, transparent);
        overflow-wrap: anywhere;
      }
      .danger at-icon {
        color: var(--error-color);
      }
      ul {
        margin: 4px 0 0;
        padding-left: 20px;
      }
      .muted {
        color: var(--secondary-text-color);
        font-size: 0.875rem;
        overflow-wrap: anywhere;
      }
      .warning {
        padding: 12px;
        border-radius: 8px;
        background: color-mix(in srgb, var(--warning-color) 20%, transparent);
      }
    `,
  ];

  protected override render() {
    const stage = stageOf(this.planning.job, this.writing.job);
    return html`<at-dialog
      wide
      heading=${t("forge_cards.write_to", { name: deviceName(this.device) })}
      ?busy=${this.busy}
      @at-close=${this.close}
    >
      <div class="stack">
        ${stage === "choose" ? this.choose() : nothing}
        ${stage === "planning" ? this.going(this.planning.job, "forge_cards.planning") : nothing}
        ${stage === "confirm" ? this.confirm(this.plan) : nothing}
        ${stage === "writing" ? this.going(this.writing.job, "forge_cards.writing") : nothing}
        ${stage === "over" ? this.over(this.writing.job) : nothing}
        ${this.failed ? html`<forge-problem .failure=${this.failed}></forge-problem>` : nothing}
      </div>
      ${this.actions(stage)}
    </at-dialog>`;
  }

  private get plan(): Plan {
    return this.planning.job?.result as unknown as Plan;
  }

  private choose() {
    const error = this.planning.job?.error;
    return html`
      <forge-image-picker
        .door=${this.door}
        .value=${this.image}
        @at-change=${(event: CustomEvent<CardImage>) => {
          this.image = event.detail;
        }}
      ></forge-image-picker>
      <div>
        <at-checkbox
          label=${t("forge_cards.wipe")}
          hint=${t("forge_cards.wipe_hint")}
          .value=${this.wipe}
          @at-change=${(event: CustomEvent<boolean>) => {
            this.wipe = event.detail;
          }}
        ></at-checkbox>
        <at-checkbox
          label=${t("forge_cards.eject_after")}
          .value=${this.ejects}
          @at-change=${(event: CustomEvent<boolean>) => {
            this.ejects = event.detail;
          }}
        ></at-checkbox>
      </div>
      <at-select
        label=${t("forge_cards.verification")}
        any=${t("forge_cards.usual")}
        .value=${this.verification}
        .options=${VERIFICATIONS.map((value) => ({
          value,
          label: t(`forge_cards.verify.${value.replace("-", "_")}`),
        }))}
        @at-change=${(event: CustomEvent<string>) => {
          this.verification = event.detail;
        }}
      ></at-select>
      ${error ? html`<forge-problem .failure=${forgeFailure(error)}></forge-problem>` : nothing}
    `;
  }

  private going(job: Job | undefined, words: string) {
    if (!job) return nothing;
    return html`
      <p>${t(words, { image: this.image?.name ?? "", device: this.device.path })}</p>
      <forge-progress .job=${job}></forge-progress>
      ${job.kind === "flash.write" ? html`<p class="muted">${t("forge_cards.goes_on")}</p>` : nothing}
    `;
  }

  private confirm({ device, image, past_end, suspect }: Plan) {
    return html`
      <div class="danger">
        <at-icon .path=${mdiAlertOutline}></at-icon>
        <div>
          <p>${t("forge_cards.destroys", { name: deviceName(device) })}</p>
          <ul>${lost(device).map((line) => html`<li>${line}</li>`)}</ul>
        </div>
      </div>
      <p>
        ${t("forge_cards.gets", { image: image.name, size: bytes(image.size) })}
        <span class="muted">SHA-256 ${image.sha256}</span>
      </p>
      ${past_end ? html`<p class="warning">${t("forge_cards.past_end")}</p>` : nothing}
      ${suspect ? html`<p class="warning">${t("forge_cards.suspect_long")}</p>` : nothing}
      <at-text
        autofocus
        label=${t("forge_cards.type_path", { path: device.path })}
        hint=${t("forge_cards.type_hint")}
        maxlength="400"
        .value=${this.typed}
        @at-change=${(event: CustomEvent<string>) => {
          this.typed = event.detail;
        }}
      ></at-text>
    `;
  }

  private over(job: Job | undefined) {
    if (!job) return nothing;
    return html`<forge-written-result
      .job=${job}
      .written=${job.result as unknown as Written | null}
    ></forge-written-result>`;
  }

  private actions(stage: ReturnType<typeof stageOf>) {
    const { job } = this.writing;
    const close = html`<at-button slot="actions" kind="quiet" ?disabled=${this.busy} @click=${this.close}>
      ${t(stage === "choose" || stage === "planning" || stage === "confirm" ? "common.cancel" : "common.close")}
    </at-button>`;
    if (stage === "choose") {
      return html`${close}
        <at-button
          slot="actions"
          kind="primary"
          ?busy=${this.busy}
          ?disabled=${!this.image?.name}
          @click=${this.makePlan}
        >
          ${t("forge_cards.plan")}
        </at-button>`;
    }
    if (stage === "confirm") {
      return html`${close}
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
    }
    if (stage === "writing" && job) {
      return html`<at-button
          slot="actions"
          kind="danger"
          ?disabled=${job.cancel_requested}
          @click=${() => cancelJob(this, this.door, job)}
        >
          ${t("forge_cards.cancel")}
        </at-button>
        ${close}`;
    }
    return close;
  }

  private makePlan = (): Promise<void> =>
    this.attempt(async () => {
      const { image } = this;
      const body = {
        image: { name: image?.name, ...(image?.job_id ? { job_id: image.job_id } : {}) },
        device: this.device.path,
        wipe: this.wipe,
        eject: this.ejects,
        ...(this.verification ? { verification: this.verification } : {}),
      };
      this.planning.leave();
      const key = { body, idempotencyKey: askKey() };
      this.planning.follow(await this.door.request<Job>("POST", "/flash/plans", key));
    });

  private write = (): Promise<void> =>
    this.attempt(async () => {
      const { token, device } = this.plan;
      if (!confirms(this.typed, device)) return;
      const body = { token, force: true };
      try {
        const key = { body, idempotencyKey: `write-${token}` };
        this.writing.follow(await this.door.request<Job>("POST", "/flash/writes", key));
      } catch (error) {
        // A plan that cannot be confirmed any more is of no use: back to making one.
        this.typed = "";
        this.planning.leave();
        throw error;
      }
    });

  private async attempt(work: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.failed = undefined;
    try {
      await work();
    } catch (error) {
      this.failed = failure(error);
    }
    this.busy = false;
  }

  private close = (): void => {
    const { job } = this.planning;
    if (stageOf(job, this.writing.job) === "planning" && job) {
      // Nothing is written by it, and nobody waits for it any more.
      this.door.request("POST", `/jobs/${job.id}/cancel`).catch(() => undefined);
    }
    this.dispatchEvent(new CustomEvent("at-close"));
  };
}

/** Say what is lost with a device's content. */
function lost(device: Disk): string[] {
  const told = [
    t("forge_cards.it_is", {
      path: device.path,
      serial: device.serial ?? t("forge_cards.no_serial"),
    }),
    ...device.partitions.map(partitionWords),
  ];
  if (device.partitions.length) return told;
  const whole = [
    device.label ? t("forge_cards.called", { label: device.label }) : "",
    device.filesystem,
  ];
  const seen = whole.filter(Boolean).join(", ");
  return [...told, seen || t("forge_cards.no_partitions")];
}
