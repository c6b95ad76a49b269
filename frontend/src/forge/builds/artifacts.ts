import { mdiContentCopy, mdiDownload } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import "../../elements/at-button";
import "../../elements/at-chip";
import { attempt, toast } from "../../elements/at-toasts";
import { base, page } from "../../elements/styles";
import { bytes } from "../../i18n/format";
import { known, t } from "../../i18n/text";
import type { ForgeDoor } from "../door";
import type { Artifact } from "./build";

/** The files that a build left: what each is for, its size and hash, and to download. */
@customElement("forge-artifacts")
export class Artifacts extends LitElement {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) artifacts: Artifact[] = [];

  static override styles = [
    base,
    page,
    css`
      ul {
        display: grid;
        margin: 0;
        padding: 0 16px;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 4px 12px;
        align-items: center;
        padding: 12px 0;
      }
      li + li {
        border-top: 1px solid var(--divider-color);
      }
      .name,
      .hash {
        overflow-wrap: anywhere;
      }
      .about {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 8px;
        align-items: center;
      }
      .hash {
        grid-column: 1;
        font: 12px ui-monospace, monospace;
      }
      .deeds {
        grid-area: 1 / 2 / span 3;
        display: flex;
      }
    `,
  ];

  protected override render() {
    return html`
      <h2>${t("forge_builds.artifacts")}</h2>
      <ul class="card">${this.artifacts.map((artifact) => this.line(artifact))}</ul>
    `;
  }

  private line(artifact: Artifact) {
    const { name, size, sha256, filesystem, card, job_id } = artifact;
    return html`<li>
      <span class="name">${name}</span>
      <span class="about">
        <at-chip>${typeOf(artifact.type)}</at-chip>
        ${filesystem ? html`<at-chip>${filesystem}</at-chip>` : nothing}
        ${card ? html`<at-chip tone="info">${t("forge_builds.card")}</at-chip>` : nothing}
        <span class="muted">${bytes(size)}</span>
      </span>
      <span class="hash muted">sha256 ${sha256}</span>
      <span class="deeds">
        <at-button kind="quiet" .icon=${mdiContentCopy} label=${t("forge_builds.copy_hash", { name })}
          @click=${() => this.copy(sha256)}></at-button>
        <at-button kind="quiet" .icon=${mdiDownload} label=${t("forge_builds.download", { name })}
          @click=${() => attempt(() => this.door.download(job_id, name))}></at-button>
      </span>
    </li>`;
  }

  private async copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      toast(t("forge_builds.copied"));
    } catch {
      // Only pages that came over TLS may write there: it stands in full above.
      toast(t("forge_builds.not_copied"));
    }
  }
}

/** Return what kind of file it is; in OpenWrt's own word where we have none. */
export function typeOf(type: string): string {
  const key = `forge_builds.type.${type.replaceAll("-", "_")}`;
  return known(key) ? t(key) : type;
}
