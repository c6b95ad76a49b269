import { html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";
import { base, lines, page } from "../../elements/styles";
import { Loading } from "../../frame/loading";
import { ago, dateTime, number } from "../../i18n/format";
import { t } from "../../i18n/text";
import type { ForgeDoor } from "../door";
import type { Places } from "../places";
import type { Kept, Version } from "./profile";

/** What a profile has been: its versions, newest first. */
@customElement("forge-version-list")
export class VersionList extends LitElement {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) places!: Places;
  @property({ attribute: false }) kept!: Kept;
  private loading = new Loading<Version[]>(this, async () => {
    const path = `/profiles/${encodeURIComponent(this.kept.profile.profile_id)}/versions`;
    return (await this.door.request<{ versions: Version[] }>("GET", path)).versions;
  });

  static override styles = [base, page, lines];

  protected override willUpdate(changes: PropertyValues): void {
    const before = changes.get("kept") as Kept | undefined;
    if (before && before.version !== this.kept.version) void this.loading.load();
  }

  protected override render() {
    return html`<h2>${t("forge_profiles.versions")}</h2>
      <section class="card">
        ${this.loading.render((versions) => html`<ul>${versions.map((one) => this.line(one))}</ul>`)}
      </section>`;
  }

  private line({ version, by, changed_at }: Version) {
    const present = version === this.kept.version;
    const words = t("forge_profiles.version", { version: number(version) });
    const place = ["profiles", this.kept.profile.profile_id, "versions", String(version)];
    return html`<li>
      <div>
        ${present ? words : html`<a href=${this.places.address(place)}>${words}</a>`}
        ${present ? html`<span class="muted">· ${t("forge_profiles.present")}</span>` : nothing}
      </div>
      <span class="muted" title=${dateTime(changed_at)}>${ago(changed_at)}${by ? `, ${by}` : ""}</span>
    </li>`;
  }
}
