import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import "../../elements/at-chip";
import { base, page } from "../../elements/styles";
import { number } from "../../i18n/format";
import { t } from "../../i18n/text";
import { anyChange, type Changes } from "./build";

const TONES = { added: "good", removed: "bad", changed: "info" } as const;

/** Which packages came, went and changed since the profile's build before. */
@customElement("forge-package-changes")
export class PackageChanges extends LitElement {
  /** `null` for a profile's first build. */
  @property({ attribute: false }) changes: Changes | null = null;

  static override styles = [
    base,
    page,
    css`
      h3 {
        margin: 12px 0 4px;
        font-size: 0.875rem;
        font-weight: 500;
      }
      h3:first-child {
        margin-top: 0;
      }
      p {
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
        margin: 0;
      }
    `,
  ];

  protected override render() {
    const { changes } = this;
    return html`
      <h2>${t("forge_builds.changes")}</h2>
      <div class="card">
        ${
          anyChange(changes)
            ? (["added", "removed", "changed"] as const).map((what) =>
                changes[what].length ? this.group(what, changes[what]) : nothing,
              )
            : html`<span class="muted">${t(changes ? "forge_builds.no_changes" : "forge_builds.first")}</span>`
        }
      </div>
    `;
  }

  private group(what: keyof Changes, names: string[]) {
    return html`
      <h3>${t(`forge_builds.${what}`, { n: number(names.length) })}</h3>
      <p>${names.map((name) => html`<at-chip tone=${TONES[what]}>${name}</at-chip>`)}</p>
    `;
  }
}
