import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import "../../elements/at-chip";
import { base } from "../../elements/styles";
import { bytes, number } from "../../i18n/format";
import { t } from "../../i18n/text";
import "../builds/package-list";

export interface PackagePlan {
  revision: string;
  manifest: Record<string, string>;
  /** Against the board's own image. */
  added: string[];
  removed: string[];
  changed: string[];
  /** In bytes; of packages whose size nobody tells there is none. */
  sizes: Record<string, number>;
  growth: number;
}

const TONES = { added: "good", removed: "bad", changed: "info" } as const;

/** Which packages an image would hold, and how that differs from the board's own. */
@customElement("forge-package-plan")
export class PackagePlanView extends LitElement {
  @property({ attribute: false }) plan!: PackagePlan;

  static override styles = [
    base,
    css`
      h3 {
        margin: 12px 0 4px;
        font-size: 0.875rem;
        font-weight: 500;
      }
      div {
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
      }
      p {
        margin: 12px 0 0;
      }
      small {
        color: var(--secondary-text-color);
      }
      forge-package-list {
        display: block;
        margin-top: 16px;
      }
    `,
  ];

  protected override render() {
    const { plan } = this;
    const none = !plan.added.length && !plan.removed.length && !plan.changed.length;
    const sized = [...plan.added, ...plan.removed].some((name) => name in plan.sizes);
    return html`
      ${none ? html`<p>${t("forge_profiles.plan_same")}</p>` : nothing}
      ${(["added", "removed", "changed"] as const).map((what) => this.group(what))}
      ${sized ? html`<p>${growth(plan.growth)}</p>` : nothing}
      ${!none && !sized ? html`<p><small>${t("forge_profiles.no_sizes")}</small></p>` : nothing}
      <forge-package-list .manifest=${plan.manifest}></forge-package-list>
    `;
  }

  private group(what: "added" | "removed" | "changed") {
    const names = this.plan[what];
    if (!names.length) return nothing;
    return html`
      <h3>${t(`forge_profiles.plan_${what}`, { n: number(names.length) })}</h3>
      <div>
        ${names.map((name) => {
          const size = this.plan.sizes[name];
          return html`<at-chip tone=${TONES[what]}>
            ${name}${size === undefined ? nothing : html` <small>${bytes(size)}</small>`}
          </at-chip>`;
        })}
      </div>
    `;
  }
}

/** Say how much an image grows or shrinks before it is packed. */
function growth(change: number): string {
  const words = change < 0 ? "forge_profiles.shrinks" : "forge_profiles.grows";
  return t(words, { size: bytes(Math.abs(change)) });
}
