import { mdiCheckCircleOutline, mdiCloseCircleOutline } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import "../../elements/at-icon";
import { base } from "../../elements/styles";
import { t } from "../../i18n/text";
import { problemOf } from "../problem";
import type { Job } from "../types";
import type { Written } from "./card";

/** How writing a card ended. */
@customElement("forge-written-result")
export class WrittenResult extends LitElement {
  @property({ attribute: false }) job!: Job;
  @property({ attribute: false }) written: Written | null = null;

  static override styles = [
    base,
    css`
      div {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 4px 12px;
        align-items: center;
      }
      at-icon {
        --at-icon-size: 32px;
        color: var(--error-color);
      }
      .good at-icon {
        color: var(--success-color);
      }
      p {
        grid-column: 2;
        margin: 0;
        color: var(--secondary-text-color);
        font-size: 0.875rem;
        overflow-wrap: anywhere;
      }
    `,
  ];

  protected override render() {
    const { job, written } = this;
    const good = job.state === "done" && written !== null;
    return html`<div class=${good ? "good" : ""} role="status">
        <at-icon .path=${good ? mdiCheckCircleOutline : mdiCloseCircleOutline}></at-icon>
        <strong>${this.words(good)}</strong>
        ${good ? html`<p>SHA-256 ${written.sha256}</p>` : nothing}
        ${
          good && written.ejected !== null
            ? html`<p>${t(written.ejected ? "forge_cards.ejected" : "forge_cards.not_ejected")}</p>`
            : nothing
        }
      </div>
      ${job.state === "failed" ? problemOf(job) : nothing}`;
  }

  private words(good: boolean): string {
    if (good) return t(`forge_cards.outcome.${this.written?.result}`);
    return t(`forge_cards.outcome.${this.job.state}`);
  }
}
