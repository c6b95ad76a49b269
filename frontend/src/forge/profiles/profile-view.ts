import {
  mdiArrowLeft,
  mdiContentCopy,
  mdiDeleteOutline,
  mdiExport,
  mdiHammerWrench,
  mdiPencil,
} from "@mdi/js";
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../../elements/at-button";
import "../../elements/at-chip";
import { confirmed } from "../../elements/at-confirm";
import "../../elements/at-menu";
import type { MenuItem } from "../../elements/at-menu";
import { attempt, toast } from "../../elements/at-toasts";
import { Loading } from "../../frame/loading";
import { ago, number } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Calm } from "../calm";
import { facts } from "../facts-style";
import { Hearing } from "../feed";
import { ForgePage } from "../forge-page";
import "./build-dialog";
import "./clone-dialog";
import { exportProfiles, FORMATS } from "./export";
import { fieldName, valueText } from "./field-words";
import "./last-builds";
import "./overlay-view";
import type { Kept, Profile } from "./profile";
import "./version-list";
import "./version-note";

/** Fields that have places of their own on this page. */
const ELSEWHERE = new Set([
  ...["name", "profile_id", "device_id", "openwrt_release", "target", "subtarget"],
  ...["imagebuilder_profile", "tags", "packages", "packages_remove", "files", "overlay_dir"],
  ...["description", "notes"],
]);

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
        <at-button
          kind="quiet"
          .icon=${mdiArrowLeft}
          label=${t("forge_profiles.all")}
          @click=${() => this.goTo("profiles")}
        ></at-button>
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
      ${this.head(kept)} ${this.packages(profile)} ${this.laidOver(kept)} ${this.options(profile)}
      ${this.texts(profile)}
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

  private head({ profile, version, by, changed_at }: Kept) {
    const told = [
      [fieldName("profile_id"), profile.profile_id],
      [fieldName("device_id"), profile.device_id],
      [fieldName("imagebuilder_profile"), profile.imagebuilder_profile],
      [fieldName("openwrt_release"), profile.openwrt_release],
      [fieldName("target"), `${profile.target}/${profile.subtarget}`],
      [
        t("forge_profiles.changed"),
        `${ago(changed_at)}${by ? `, ${by}` : ""} · ${t("forge_profiles.version", { version: number(version) })}`,
      ],
    ];
    return html`<section class="card">
      <dl>${told.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
      ${
        profile.tags?.length
          ? html`<div class="chips">${profile.tags.map((tag) => html`<at-chip>${tag}</at-chip>`)}</div>`
          : nothing
      }
    </section>`;
  }

  private packages({ packages, packages_remove }: Profile) {
    const none = !packages?.length && !packages_remove?.length;
    return html`<h2>${t("forge_profiles.section.packages")}</h2>
      <section class="card">
        ${none ? html`<span class="muted">${t("forge_profiles.boards_own")}</span>` : nothing}
        <div class="chips">
          ${packages?.map((name) => html`<at-chip tone="good">+ ${name}</at-chip>`)}
          ${packages_remove?.map((name) => html`<at-chip tone="bad">− ${name}</at-chip>`)}
        </div>
      </section>`;
  }

  private laidOver(kept: Kept) {
    return html`<h2>${t("forge_profiles.laid_over")}</h2>
      <forge-overlay-view
        .door=${this.door}
        .kept=${kept}
        ?old=${this.version !== undefined}
      ></forge-overlay-view>`;
  }

  private options(profile: Profile) {
    const told = Object.entries(profile)
      .flatMap(([name, value]) =>
        value !== null && typeof value === "object" && !Array.isArray(value)
          ? Object.entries(value).map(([inner, what]) => [`${name}.${inner}`, what] as const)
          : [[name, value] as const],
      )
      .filter(([name, value]) => value !== null && value !== undefined && !ELSEWHERE.has(name));
    if (!told.length) return nothing;
    return html`<h2>${t("forge_profiles.options")}</h2>
      <section class="card">
        <dl>
          ${told.map(
            ([name, value]) => html`<div>
              <dt>${fieldName(name)}</dt>
              <dd>${name === "rootfs_partsize" ? `${number(value as number)} MB` : valueText(value)}</dd>
            </div>`,
          )}
        </dl>
      </section>`;
  }

  private texts({ description, notes }: Profile) {
    return [
      ["description", description],
      ["notes", notes],
    ].map(([name, text]) =>
      text
        ? html`<h2>${fieldName(name ?? "")}</h2>
            <section class="card text">${text}</section>`
        : nothing,
    );
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
