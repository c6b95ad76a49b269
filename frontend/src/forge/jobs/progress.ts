import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import "../../elements/at-bar";
import { base } from "../../elements/styles";
import { number } from "../../i18n/format";
import { t } from "../../i18n/text";
import { finished, type Job } from "../types";
import { stepOf } from "./job";
import "./state-chip";

export type Going = Pick<Job, "state" | "step" | "percent"> &
  Partial<Pick<Job, "position" | "cancel_requested">>;

/** How far a job, or a build, is: `<forge-progress .job=${job}>`. */
@customElement("forge-progress")
export class ForgeProgress extends LitElement {
  @property({ attribute: false }) job!: Going;

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: 4px;
        min-width: min(220px, 100%);
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 8px;
        align-items: center;
      }
      .muted {
        color: var(--secondary-text-color);
        font-size: 0.8125rem;
        overflow-wrap: anywhere;
      }
    `,
  ];

  protected override render() {
    const { job } = this;
    const over = finished(job.state);
    const going = !over && job.state !== "queued";
    const step = over ? "" : stepOf(job.step);
    return html`
      <div class="line">
        <forge-state state=${job.state} ?ending=${!over && job.cancel_requested}></forge-state>
        ${job.position ? html`<span class="muted">${t("forge_jobs.position", { n: job.position })}</span>` : nothing}
        ${step ? html`<span class="muted">${step}</span>` : nothing}
        ${going && job.percent !== null ? html`<span class="muted">${number(Math.floor(job.percent))} %</span>` : nothing}
      </div>
      ${
        going
          ? html`<at-bar
              label=${t("forge_jobs.progress")}
              .value=${job.percent === null ? null : job.percent / 100}
            ></at-bar>`
          : nothing
      }
    `;
  }
}
