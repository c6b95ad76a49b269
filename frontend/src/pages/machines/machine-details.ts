import { html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { MachineView, PlanView } from "../../api/types";
import { base, page } from "../../elements/styles";
import { linkable } from "../../elements/url";
import { dateTime, hours, number } from "../../i18n/format";
import { t } from "../../i18n/text";
import { details } from "./machine-style";

/** What one seldom wants to know of a machine: its plans and its board. */
@customElement("atelier-machine-details")
export class MachineDetails extends LitElement {
  @property({ attribute: false }) machine!: MachineView;

  static override styles = [base, page, details];

  protected override render() {
    const { plans, board, device_id } = this.machine;
    return html`
      ${
        plans.length
          ? html`<ul>
              ${plans.map(
                (plan) => html`<li>
                  ${this.plan(plan)}
                  <span class="muted">${t("machines.plan_left", { left: hours(plan.hours_left), every: hours(plan.every_h) })}</span>
                </li>`,
              )}
            </ul>`
          : nothing
      }
      ${
        board
          ? html`<dl>
              ${this.fact("machines.board.firmware", board.firmware)}
              ${this.fact("machines.board.address", board.address)}
              ${this.fact("machines.board.serial", board.serial)}
              ${this.fact("machines.board.heap", board.heap ? `${number(board.heap / 1024)} KiB` : "")}
              ${this.fact("machines.board.last_seen", board.last_seen ? dateTime(board.last_seen) : "")}
            </dl>`
          : html`<p class="muted">${t("machines.board.none")}</p>`
      }
      ${device_id ? html`<a href="/config/devices/device/${device_id}">${t("machines.device")}</a>` : nothing}
    `;
  }

  private plan({ url, description }: PlanView) {
    const address = linkable(url);
    return address
      ? html`<a href=${address} rel="noreferrer" target="_blank">${description}</a>`
      : description;
  }

  private fact(label: string, value: string) {
    return value
      ? html`<div>
          <dt>${t(label)}</dt>
          <dd>${value}</dd>
        </div>`
      : nothing;
  }
}
