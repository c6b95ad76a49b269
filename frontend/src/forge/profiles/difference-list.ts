import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import "../../elements/at-chip";
import { base } from "../../elements/styles";
import { t } from "../../i18n/text";
import { fieldName, valueText } from "./field-words";
import type { Difference } from "./profile";

/** What two profiles, or two versions of one, say differently. */
@customElement("forge-difference-list")
export class DifferenceList extends LitElement {
  @property({ attribute: false }) differences: Difference[] = [];
  /** How the two are called. */
  @property() left = "";
  @property() right = "";

  static override styles = [
    base,
    css`
      dl {
        display: grid;
        gap: 4px;
        margin: 0;
      }
      dt {
        margin-top: 8px;
        font-size: 0.875rem;
        font-weight: 500;
      }
      dd {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 8px;
        margin: 0;
        overflow-wrap: anywhere;
        white-space: pre-wrap;
      }
      del,
      ins {
        padding: 1px 6px;
        border-radius: 6px;
        text-decoration: none;
      }
      del {
        background: color-mix(in srgb, var(--error-color) 20%, transparent);
      }
      ins {
        background: color-mix(in srgb, var(--success-color) 22%, transparent);
      }
      .unseen {
        text-decoration: none;
      }
    `,
  ];

  protected override render() {
    if (!this.differences.length) return html`<p>${t("forge_profiles.no_difference")}</p>`;
    return html`<dl>
      ${this.differences.map(
        (one) => html`<dt>${fieldName(one.field)}</dt>
          ${this.what(one)}`,
      )}
    </dl>`;
  }

  private what(one: Difference) {
    if (one.field === "overlay") return html`<dd>${t("forge_profiles.other_uploads")}</dd>`;
    return one.added || one.removed ? this.list(one) : this.values(one);
  }

  private list({ added, removed, left, right }: Difference) {
    const moved = !added?.length && !removed?.length;
    if (moved) return this.values({ left, right });
    return html`<dd>
      ${(removed ?? []).map((item) => this.gone(valueText(item)))}
      ${(added ?? []).map((item) => this.came(valueText(item)))}
    </dd>`;
  }

  private values({ left, right }: Pick<Difference, "left" | "right">) {
    return html`<dd>
      ${left === null ? nothing : this.gone(valueText(left))}
      ${right === null ? nothing : this.came(valueText(right))}
    </dd>`;
  }

  private gone(text: string) {
    return html`<del><span class="unseen">${this.left}: </span>− ${text}</del>`;
  }

  private came(text: string) {
    return html`<ins><span class="unseen">${this.right}: </span>+ ${text}</ins>`;
  }
}
