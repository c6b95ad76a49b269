import { mdiCompare, mdiExport, mdiHammerWrench } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import "../../elements/at-button";
import "../../elements/at-menu";
import { base } from "../../elements/styles";
import { t } from "../../i18n/text";
import type { ForgeDoor } from "../door";
import type { Places } from "../places";
import { exportProfiles, FORMATS } from "./export";

/** What can be done with profiles that are chosen; `at-build` and `at-clear` ask for it. */
@customElement("forge-chosen-profiles")
export class ChosenProfiles extends LitElement {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) places!: Places;
  @property({ attribute: false }) ids: string[] = [];
  /** Why nothing can be built now. */
  @property({ attribute: false }) hindrance = "";

  static override styles = [
    base,
    css`
      :host {
        display: block;
        margin-bottom: 16px;
      }
      .chosen {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        align-items: center;
        padding: 8px 16px;
        border-radius: 12px;
        background: color-mix(in srgb, var(--primary-color) 14%, transparent);
      }
      .chosen span {
        flex: 1;
      }
    `,
  ];

  protected override render() {
    const { ids } = this;
    const words = t("forge_profiles.chosen", { n: ids.length });
    return html`<div class="chosen" role="region" aria-label=${words}>
      <span role="status">${words}</span>
      <at-button
        .icon=${mdiHammerWrench}
        .hindrance=${this.hindrance}
        @click=${() => this.ask("at-build")}
      >
        ${t("forge_profiles.build")}
      </at-button>
      ${
        ids.length === 2
          ? html`<at-button
              .icon=${mdiCompare}
              @click=${() => this.places.go(["profiles", "-compare", ...ids])}
            >
              ${t("forge_profiles.compare")}
            </at-button>`
          : nothing
      }
      <at-menu
        label=${t("forge_profiles.export")}
        .items=${FORMATS.map((format) => ({
          label: t("forge_profiles.export_as", { format: format.toUpperCase() }),
          icon: mdiExport,
          run: () => exportProfiles(this.door, ids, format),
        }))}
      ></at-menu>
      <at-button kind="quiet" @click=${() => this.ask("at-clear")}>${t("common.clear")}</at-button>
    </div>`;
  }

  private ask(deed: "at-build" | "at-clear"): void {
    this.dispatchEvent(new CustomEvent(deed));
  }
}
