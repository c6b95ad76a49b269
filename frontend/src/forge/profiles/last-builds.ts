import { html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { base, lines, page } from "../../elements/styles";
import { Loading } from "../../frame/loading";
import { ago } from "../../i18n/format";
import { t } from "../../i18n/text";
import type { Build } from "../builds/build";
import { Calm } from "../calm";
import type { ForgeDoor } from "../door";
import { type Feed, Hearing } from "../feed";
import "../jobs/progress";
import type { Places } from "../places";

/** The newest builds of a profile. */
@customElement("forge-last-builds")
export class LastBuilds extends LitElement {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) feed!: Feed;
  @property({ attribute: false }) places!: Places;
  @property({ attribute: false }) profileId!: string;
  private loading = new Loading<Build[]>(this, async () => {
    const query = { profile_id: this.profileId, limit: 3 };
    return (await this.door.request<{ builds: Build[] }>("GET", "/builds", { query })).builds;
  });
  private reload = new Calm(this, () => void this.loading.load());

  static override styles = [base, page, lines];

  constructor() {
    super();
    new Hearing(this, (event) => {
      const shown = this.loading.loaded?.some(({ id }) => id === event?.job_id);
      if (!event || shown || event.type === "job.queued") this.reload.call();
    });
  }

  protected override render() {
    return html`<h2>${t("forge_profiles.builds")}</h2>
      <section class="card">${this.loading.render((builds) => this.list(builds))}</section>`;
  }

  private list(builds: Build[]) {
    if (!builds.length) return html`<span class="muted">${t("forge_profiles.no_builds")}</span>`;
    return html`<ul>
        ${builds.map(
          (build) => html`<li>
            <div>
              <a href=${this.places.address(["builds", build.id])}>
                ${build.recipe.place.release} · ${ago(build.created_at)}
              </a>
            </div>
            <forge-progress .job=${build}></forge-progress>
          </li>`,
        )}
      </ul>
      ${
        builds.length > 2
          ? html`<a href=${this.places.address(["builds", "of", this.profileId])}>
              ${t("forge_profiles.all_builds")}
            </a>`
          : nothing
      }`;
  }
}
