import { mdiContentCopy, mdiDeleteOutline, mdiExport, mdiHammerWrench, mdiPencil } from "@mdi/js";
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../../elements/at-button";
import { confirmed } from "../../elements/at-confirm";
import "../../elements/at-menu";
import type { MenuItem } from "../../elements/at-menu";
import { attempt, toast } from "../../elements/at-toasts";
import { back } from "../../elements/back";
import { Loading } from "../../frame/loading";
import { t } from "../../i18n/text";
import { Calm } from "../calm";
import { facts } from "../facts-style";
import { Hearing } from "../feed";
import { ForgePage } from "../forge-page";
import "./build-dialog";
import "./clone-dialog";
import { exportProfiles, FORMATS } from "./export";
import "./last-builds";
import "./overlay-view";
import type { Kept, Profile } from "./profile";
import { head, options, packages, texts } from "./profile-facts";
import "./version-list";
import "./version-note";

/** A profile, as it is now or was at a version: what it says, what it lays over, its builds. */
@customElement("forge-profile-view")
export class ProfileView extends ForgePage {
  @property({ attribute: false }) profileId!: string;
  @property({ attribute: false }) version?: number;
  @state() private open: "build" | "clone" | undefined;
  private loading = new Loading<Kept>(this, () =>
    this.door.request<Kept>("GET", `/profiles/${encodeURIComponent(this.profileId)}`, {
      query: { version: this.version },
    }),
  );
  private reload = new Calm(this, () => void this.loading.load());

  static override styles = [
    ForgePage.styles,
    facts,
    css`
      .chips {
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
      }
      dl + .chips {
        margin-top: 12px;
      }
      .text {
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      h1 {
        overflow-wrap: anywhere;
      }
      dl:first-child {
        margin-top: 0;
      }
    `,
  ];

  constructor() {
    super();
    new Hearing(this, (event) => {
      const mine = event?.data.profile_id === this.profileId;
      if (!event || (mine && event.type === "profile.changed")) this.reload.call();
    });
  }

  protected override render() {
    return html`${this.loading.render((kept) => this.content(kept))}`;
  }

  private content(kept: Kept) {
    const { profile } = kept;
    return html`
      <div class="bar">
        ${back(t("forge_profiles.all"), () => this.goTo("profiles"))}
        <h1 class="grow">${profile.name}</h1>
        ${
          this.version === undefined
            ? html`
                <at-button .icon=${mdiPencil} @click=${() => this.goTo("profiles", this.profileId, "edit")}>
                  ${t("common.edit")}
                </at-button>
                <at-button
                  kind="primary"
                  .icon=${mdiHammerWrench}
                  .hindrance=${this.hindrance}
                  @click=${() => this.show("build")}
                >
                  ${t("forge_profiles.build")}
                </at-button>
                <at-menu .items=${this.deeds(kept)}></at-menu>
              `
            : nothing
        }
      </div>
      ${
        this.version === undefined
          ? nothing
          : html`<forge-version-note
              .door=${this.door}
              .places=${this.places}
              .kept=${kept}
            ></forge-version-note>`
      }
      ${head(kept)} ${packages(profile)} ${this.laidOver(kept)} ${options(profile)} ${texts(profile)}
      ${
        this.version === undefined
          ? html`
              <forge-last-builds .door=${this.door} .feed=${this.feed} .places=${this.places}
                .profileId=${this.profileId}></forge-last-builds>
              <forge-version-list .door=${this.door} .places=${this.places} .kept=${kept}
                ></forge-version-list>
            `
          : nothing
      }
      ${this.dialog(profile)}
    `;
  }

  private laidOver(kept: Kept) {
    return html`<h2>${t("forge_profiles.laid_over")}</h2>
      <forge-overlay-view
        .door=${this.door}
        .kept=${kept}
        ?old=${this.version !== undefined}
      ></forge-overlay-view>`;
  }

  private deeds({ profile, version }: Kept): MenuItem[] {
    return [
      {
        label: t("forge_profiles.clone"),
        icon: mdiContentCopy,
        run: () => this.show("clone"),
      },
      ...FORMATS.map((format) => ({
        label: t("forge_profiles.export_as", { format: format.toUpperCase() }),
        icon: mdiExport,
        run: () => exportProfiles(this.door, [this.profileId], format),
      })),
      {
        label: t("common.delete"),
        icon: mdiDeleteOutline,
        danger: true,
        run: () => this.discard(profile, version),
      },
    ];
  }

  private async discard(profile: Profile, version: number): Promise<void> {
    const sure = await confirmed(this, {
      heading: t("forge_profiles.delete_heading", { name: profile.name }),
      text: t("forge_profiles.delete_text", { n: version }),
      action: t("common.delete"),
      danger: true,
    });
    if (!sure) return;
    await attempt(async () => {
      await this.door.request("DELETE", `/profiles/${encodeURIComponent(this.profileId)}`);
      toast(t("forge_profiles.deleted", { name: profile.name }));
      this.places.go(["profiles"], true);
    });
  }

  private show(what: "build" | "clone"): void {
    this.open = what;
  }

  private dialog(profile: Profile) {
    const close = () => {
      this.open = undefined;
    };
    if (this.open === "build") {
      return html`<forge-build-dialog .door=${this.door} .feed=${this.feed} .places=${this.places}
        .profileId=${this.profileId} @at-close=${close}></forge-build-dialog>`;
    }
    return this.open === "clone"
      ? html`<forge-clone-dialog .door=${this.door} .places=${this.places} .profile=${profile}
          @at-close=${close}></forge-clone-dialog>`
      : nothing;
  }
}
