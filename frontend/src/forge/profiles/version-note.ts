import { mdiHistory } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../../elements/at-button";
import { attempt, toast } from "../../elements/at-toasts";
import { base, page } from "../../elements/styles";
import { Loading } from "../../frame/loading";
import { dateTime, number } from "../../i18n/format";
import { t } from "../../i18n/text";
import type { ForgeDoor } from "../door";
import type { Places } from "../places";
import "./difference-list";
import { type Difference, documentOf, type Kept } from "./profile";

interface Loaded {
  now: Kept;
  differences: Difference[];
}

/** Stands above an old version: how it differs from the present one, and how it comes back. */
@customElement("forge-version-note")
export class VersionNote extends LitElement {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) places!: Places;
  @property({ attribute: false }) kept!: Kept;
  @state() private busy = false;
  private loading = new Loading<Loaded>(this, async () => {
    const path = this.path;
    const { version } = this.kept;
    const [now, told] = await Promise.all([
      this.door.request<Kept>("GET", path),
      this.door.request<{ differences: Difference[] }>("GET", `${path}/compare`, {
        query: { version },
      }),
    ]);
    return { now, differences: told.differences };
  });

  static override styles = [
    base,
    page,
    css`
      .card {
        margin-bottom: 16px;
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        align-items: center;
        margin-bottom: 8px;
      }
      .head span {
        flex: 1 1 240px;
      }
    `,
  ];

  private get path(): string {
    return `/profiles/${encodeURIComponent(this.kept.profile.profile_id)}`;
  }

  protected override render() {
    const { version, changed_at } = this.kept;
    return html`<section class="card">
      <div class="head">
        <span>
          ${t("forge_profiles.old", { version: number(version), when: dateTime(changed_at) })}
          <a href=${this.places.address(["profiles", this.kept.profile.profile_id])}>
            ${t("forge_profiles.to_present")}
          </a>
        </span>
        ${
          this.loading.loaded?.differences.length
            ? html`<at-button .icon=${mdiHistory} ?busy=${this.busy} @click=${this.restore}>
                ${t("forge_profiles.restore")}
              </at-button>`
            : nothing
        }
      </div>
      ${this.loading.render(
        ({ differences, now }) => html`<forge-difference-list
          left=${t("forge_profiles.version", { version: number(version) })}
          right=${t("forge_profiles.version", { version: number(now.version) })}
          .differences=${differences}
        ></forge-difference-list>`,
      )}
    </section>`;
  }

  /** What it said becomes a new version; what was said since stays in the ones between. */
  private restore = async (): Promise<void> => {
    const { loaded } = this.loading;
    if (!loaded) return;
    this.busy = true;
    await attempt(async () => {
      let kept = await this.door.request<Kept>("PUT", this.path, {
        query: { expected: loaded.now.version },
        body: documentOf(this.kept.profile),
      });
      if (loaded.differences.some(({ field }) => field === "overlay")) {
        kept = await this.door.request<Kept>("POST", `${this.path}/overlay/restore`, {
          body: { version: this.kept.version, expected: kept.version },
        });
      }
      toast(
        t("forge_profiles.restored", {
          version: number(this.kept.version),
          now: number(kept.version),
        }),
      );
      this.places.go(["profiles", kept.profile.profile_id]);
    });
    this.busy = false;
  };
}
