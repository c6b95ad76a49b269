import { html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import "../../elements/at-chip";
import { number } from "../../i18n/format";
import { t } from "../../i18n/text";
import type { Changes } from "./build";

const TONES = { added: "good", removed: "bad", changed: "info" } as const;
const SIGNS = { added: "+", removed: "−", changed: "~" } as const;

/** How many packages came, went and changed, in short. */
@customElement("forge-change-chips")
export class ChangeChips extends LitElement {
  @property({ attribute: false }) changes!: Changes;

  protected override render() {
    return (["added", "removed", "changed"] as const).map((what) => {
      const n = this.changes[what].length;
      if (!n) return nothing;
      const words = t(`forge_builds.${what}`, { n: number(n) });
      return html`<at-chip tone=${TONES[what]} role="img" aria-label=${words} title=${words}>
        ${SIGNS[what]}${number(n)}
      </at-chip> `;
    });
  }
}
