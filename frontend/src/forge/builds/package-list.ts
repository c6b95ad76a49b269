import { css, html, LitElement } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../../elements/at-search";
import { base, page } from "../../elements/styles";
import { number } from "../../i18n/format";
import { t } from "../../i18n/text";
import { packagesOf } from "./build";

/** All packages of an image with their versions, folded away. */
@customElement("forge-package-list")
export class PackageList extends LitElement {
  @property({ attribute: false }) manifest: Record<string, string> = {};
  @state() private letters = "";

  static override styles = [
    base,
    page,
    css`
      :host {
        margin-top: 24px;
      }
      summary {
        min-height: 24px;
        cursor: pointer;
      }
      at-search {
        max-width: 320px;
        margin: 12px 0;
      }
      ul {
        columns: 280px;
        margin: 0;
        padding: 0;
        list-style: none;
        font-size: 0.875rem;
      }
      li {
        overflow-wrap: anywhere;
      }
    `,
  ];

  protected override render() {
    const all = Object.keys(this.manifest).length;
    const shown = packagesOf(this.manifest, this.letters);
    return html`<details class="card">
      <summary>${t("forge_builds.manifest", { n: number(all) })}</summary>
      <at-search
        label=${t("forge_builds.search_packages")}
        @at-change=${(event: CustomEvent<string>) => {
          this.letters = event.detail;
        }}
      ></at-search>
      <ul>
        ${shown.map(([name, version]) => html`<li>${name} <span class="muted">${version}</span></li>`)}
      </ul>
    </details>`;
  }
}
