import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { AtelierPage } from "../../frame/page";
import { t } from "../../i18n/text";
import "./changes";
import "./retention";
import "./roles";
import "./trainings";
import "./types";

/** What a workshop is set to: types, trainings, roles, memory; and who changed what. */
@customElement("atelier-settings")
export class SettingsPage extends AtelierPage {
  protected override render() {
    return html`<div class="stack">
      <h1>${t("settings.title")}</h1>
      <atelier-machine-types .api=${this.api}></atelier-machine-types>
      <atelier-trainings .api=${this.api}></atelier-trainings>
      ${
        this.may("admin")
          ? html`<atelier-roles .api=${this.api}></atelier-roles>
              <atelier-retention .api=${this.api}></atelier-retention>`
          : nothing
      }
      <atelier-changes .api=${this.api}></atelier-changes>
    </div>`;
  }
}
