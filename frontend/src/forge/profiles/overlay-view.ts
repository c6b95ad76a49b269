import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { base, page } from "../../elements/styles";
import { Loading } from "../../frame/loading";
import { bytes, number } from "../../i18n/format";
import { t } from "../../i18n/text";
import type { ForgeDoor } from "../door";

interface Entry {
  path: string;
  kind: "file" | "folder" | "link";
  mode: string | null;
  size: number;
  target: string | null;
}

interface Overlay {
  tree_hash: string;
  size: number;
  entries: Entry[];
}

/** More than this is not drawn. */
const MOST = 500;

/** What a profile lays over its image, as it is staged now. */
@customElement("forge-overlay-view")
export class OverlayView extends LitElement {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) profileId!: string;
  @property({ attribute: false }) version?: number;
  private loading = new Loading<Overlay>(this, () =>
    this.door.request<Overlay>("GET", `/profiles/${encodeURIComponent(this.profileId)}/overlay`, {
      query: { version: this.version },
    }),
  );

  static override styles = [
    base,
    page,
    css`
      ul {
        display: grid;
        gap: 4px;
        margin: 12px 0 0;
        padding: 0;
        list-style: none;
        overflow-wrap: anywhere;
      }
      code {
        font-size: 0.8125rem;
      }
    `,
  ];

  protected override render() {
    return html`<section class="card">${this.loading.render((overlay) => this.content(overlay))}</section>`;
  }

  private content({ entries, size, tree_hash }: Overlay) {
    const shown = entries.filter(({ kind }) => kind !== "folder");
    return html`
      ${t("forge_profiles.overlay", { n: shown.length, size: bytes(size) })}
      <ul>
        ${shown.slice(0, MOST).map(
          ({ path, kind, mode, size, target }) => html`<li>
            <code>${path}</code>
            <span class="muted">${kind === "link" ? `→ ${target}` : `${mode} · ${bytes(size)}`}</span>
          </li>`,
        )}
      </ul>
      ${shown.length > MOST ? html`<p class="muted">${t("forge_profiles.more", { n: number(shown.length - MOST) })}</p>` : nothing}
      <p class="muted">SHA-256 <code>${tree_hash.replace(/^\d+:/, "").slice(0, 16)}…</code></p>
    `;
  }
}
