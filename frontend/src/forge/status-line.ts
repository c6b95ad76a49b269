import { mdiCloudOffOutline, mdiHarddisk, mdiLanDisconnect, mdiTrayFull } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import "../elements/at-chip";
import { base } from "../elements/styles";
import { bytes, number } from "../i18n/format";
import { t } from "../i18n/text";
import type { Status } from "./types";

/** How the Forge stands, in a line: what waits and runs, free space, what is switched off. */
@customElement("forge-status-line")
export class StatusLine extends LitElement {
  @property({ attribute: false }) status?: Status;
  @property({ type: Boolean }) up = true;

  static override styles = [
    base,
    css`
      div {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        padding: 8px 0;
      }
    `,
  ];

  protected override render() {
    return html`<div role="status" aria-label=${t("forge.status")}>${this.chips()}</div>`;
  }

  private chips() {
    if (!this.up) {
      return html`<at-chip tone="bad" .icon=${mdiLanDisconnect}>${t("forge.away")}</at-chip>`;
    }
    const status = this.status;
    if (!status) return nothing;
    const { waiting, running } = status;
    const little = status.disk_free < 2 * status.disk_reserve;
    return html`
      <at-chip .icon=${mdiTrayFull} tone=${running + waiting > 0 ? "info" : "plain"}>
        ${
          running + waiting > 0
            ? t("forge.queue", { running: number(running), waiting: number(waiting) })
            : t("forge.idle")
        }
      </at-chip>
      <at-chip .icon=${mdiHarddisk} tone=${little ? "warning" : "plain"}>
        ${t("forge.free", { size: bytes(status.disk_free) })}
      </at-chip>
      ${
        status.offline
          ? html`<at-chip tone="warning" .icon=${mdiCloudOffOutline}>${t("forge.offline")}</at-chip>`
          : nothing
      }
    `;
  }
}
