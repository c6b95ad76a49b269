import { mdiAlertOutline } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import "../../elements/at-icon";
import { base, stack } from "../../elements/styles";
import { bytes } from "../../i18n/format";
import { t } from "../../i18n/text";
import type { Plan } from "./card";
import { deviceName, lostWords } from "./words";

/** What a plan would destroy, what would come in its place, and what speaks against it. */
@customElement("forge-plan-view")
export class PlanView extends LitElement {
  @property({ attribute: false }) plan!: Plan;

  static override styles = [
    base,
    stack,
    css`
      :host {
        display: block;
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
      .hash {
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
    const { device, image, past_end, suspect } = this.plan;
    return html`<div class="stack">
      <div class="danger">
        <at-icon .path=${mdiAlertOutline}></at-icon>
        <div>
          <p>${t("forge_cards.destroys", { name: deviceName(device) })}</p>
          <ul>${lostWords(device).map((line) => html`<li>${line}</li>`)}</ul>
        </div>
      </div>
      <p>
        ${t("forge_cards.gets", { image: image.name, size: bytes(image.size) })}
        <span class="hash">SHA-256 ${image.sha256}</span>
      </p>
      ${past_end ? html`<p class="warning">${t("forge_cards.past_end")}</p>` : nothing}
      ${suspect ? html`<p class="warning">${t("forge_cards.suspect_long")}</p>` : nothing}
    </div>`;
  }
}
