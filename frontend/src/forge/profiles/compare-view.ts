import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { back } from "../../elements/back";
import { Loading } from "../../frame/loading";
import { t } from "../../i18n/text";
import { ForgePage } from "../forge-page";
import "./difference-list";
import type { Difference } from "./profile";

/** Two profiles side by side: what they say differently. */
@customElement("forge-compare-view")
export class CompareView extends ForgePage {
  private loading = new Loading<Difference[]>(this, async () => {
    const [, left = "", right = ""] = this.rest;
    const path = `/profiles/${encodeURIComponent(left)}/compare`;
    type Told = { differences: Difference[] };
    const told = await this.door.request<Told>("GET", path, { query: { other: right } });
    return told.differences;
  });

  protected override render() {
    const [, left = "", right = ""] = this.rest;
    return html`
      <div class="bar">
        ${back(t("forge_profiles.all"), () => this.goTo("profiles"))}
        <h1 class="grow">${t("forge_profiles.compare")}</h1>
      </div>
      <p>
        <a href=${this.address("profiles", left)}>${left}</a> →
        <a href=${this.address("profiles", right)}>${right}</a>
      </p>
      ${this.loading.render(
        (differences) => html`<section class="card">
          <forge-difference-list
            left=${left}
            right=${right}
            .differences=${differences.filter(({ field }) => field !== "profile_id")}
          ></forge-difference-list>
        </section>`,
      )}
    `;
  }
}
