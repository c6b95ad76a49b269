import { mdiDeleteOutline, mdiDownload, mdiFileUploadOutline, mdiFolderZipOutline } from "@mdi/js";
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../../elements/at-button";
import { confirmed } from "../../elements/at-confirm";
import { attempt } from "../../elements/at-toasts";
import { base, page } from "../../elements/styles";
import { Loading } from "../../frame/loading";
import { bytes, number } from "../../i18n/format";
import { t } from "../../i18n/text";
import type { ForgeDoor } from "../door";
import type { Kept } from "./profile";
import "./upload-dialog";

interface Entry {
  path: string;
  kind: "file" | "folder" | "link";
  mode: string | null;
  size: number;
  target: string | null;
  origin: "overlay_dir" | "upload" | "files";
}

interface Overlay {
  tree_hash: string;
  size: number;
  entries: Entry[];
}

/** More than this is not drawn. */
const MOST = 500;

/** What a profile lays over its image, as it is staged; files are uploaded and deleted here. */
@customElement("forge-overlay-view")
export class OverlayView extends LitElement {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) kept!: Kept;
  /** It is not the present version: it stays as it was. */
  @property({ type: Boolean }) old = false;
  @state() private open: "file" | "archive" | undefined;
  private loading = new Loading<Overlay>(this, () =>
    this.door.request<Overlay>("GET", this.path, {
      query: this.old ? { version: this.kept.version } : {},
    }),
  );

  static override styles = [
    base,
    page,
    css`
      ul {
        display: grid;
        margin: 8px 0 0;
        padding: 0;
        list-style: none;
        overflow-wrap: anywhere;
      }
      li {
        display: flex;
        gap: 8px;
        align-items: center;
        min-height: 32px;
      }
      li div {
        flex: 1;
      }
      code {
        font-size: 0.8125rem;
      }
      .deeds {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-top: 12px;
      }
    `,
  ];

  private get path(): string {
    return `/profiles/${encodeURIComponent(this.kept.profile.profile_id)}/overlay`;
  }

  protected override willUpdate(changes: PropertyValues): void {
    const before = changes.get("kept") as Kept | undefined;
    if (before && before.version !== this.kept.version) void this.loading.load();
  }

  protected override render() {
    return html`<section class="card">
      ${this.loading.render((overlay) => this.content(overlay))} ${this.deeds()}
      ${
        this.open
          ? html`<forge-upload-dialog
              .door=${this.door}
              .kept=${this.kept}
              what=${this.open}
              @at-close=${() => {
                this.open = undefined;
              }}
            ></forge-upload-dialog>`
          : nothing
      }
    </section>`;
  }

  private content({ entries, size, tree_hash }: Overlay) {
    const shown = entries.filter(({ kind }) => kind !== "folder");
    if (!shown.length) return html`<span class="muted">${t("forge_profiles.no_overlay")}</span>`;
    return html`
      ${t("forge_profiles.overlay", { n: shown.length, size: bytes(size) })}
      <ul>${shown.slice(0, MOST).map((entry) => this.entry(entry))}</ul>
      ${shown.length > MOST ? html`<p class="muted">${t("forge_profiles.more", { n: number(shown.length - MOST) })}</p>` : nothing}
      <div class="muted">SHA-256 <code>${tree_hash.replace(/^\d+:/, "").slice(0, 16)}…</code></div>
    `;
  }

  private entry({ path, kind, mode, size, target, origin }: Entry) {
    return html`<li>
      <div>
        <code>${path}</code>
        <span class="muted">
          ${kind === "link" ? `→ ${target}` : `${mode} · ${bytes(size)}`} ·
          ${t(`forge_profiles.origin.${origin}`)}
        </span>
      </div>
      ${
        origin === "upload" && !this.old
          ? html`<at-button
              kind="quiet"
              .icon=${mdiDeleteOutline}
              label=${t("common.remove_this", { what: path })}
              @click=${() => this.drop(path)}
            ></at-button>`
          : nothing
      }
    </li>`;
  }

  private deeds() {
    const show = (what: "file" | "archive") => () => {
      this.open = what;
    };
    const upload = html`
      <at-button .icon=${mdiFileUploadOutline} @click=${show("file")}>
        ${t("forge_profiles.upload_file")}
      </at-button>
      <at-button .icon=${mdiFolderZipOutline} @click=${show("archive")}>
        ${t("forge_profiles.upload_archive")}
      </at-button>
    `;
    const download = html`<at-button .icon=${mdiDownload} @click=${this.save}>
      ${t("forge_profiles.download_overlay")}
    </at-button>`;
    return html`<div class="deeds">
      ${this.old ? nothing : upload} ${this.loading.loaded?.entries.length ? download : nothing}
    </div>`;
  }

  private save = (): Promise<unknown> => {
    const { profile, version } = this.kept;
    return attempt(() => this.door.downloadOverlay(profile.profile_id, version));
  };

  private async drop(path: string): Promise<void> {
    const sure = await confirmed(this, {
      heading: t("common.remove_this", { what: path }),
      text: t("forge_profiles.drop_text"),
      action: t("common.remove"),
      danger: true,
    });
    if (!sure) return;
    const query = { path, expected: this.kept.version };
    await attempt(() => this.door.request("DELETE", this.path, { query }));
  }
}
