import { mdiMenu } from "@mdi/js";
import { html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import "../elements/at-icon";
import { base } from "../elements/styles";
import { t } from "../i18n/text";
import { header } from "./frame-style";
import type { Tab } from "./outlet";
import { go } from "./route";
import { tabs } from "./tabs-style";

/** What can be chosen: the workshop, or the Forge, that a page is about. */
export interface Choice {
  entry_id: string;
  title: string;
}

/** The bar above all pages: the side bar's button, what a page is about, and a tab for each page. */
@customElement("atelier-header")
export class AtelierHeader extends LitElement {
  @property({ type: Boolean, reflect: true }) narrow = false;
  /** What the choices are, for those who do not see them: a text's key. */
  @property() kind = "";
  @property({ attribute: false }) choices: Choice[] = [];
  @property({ attribute: false }) chosen?: Choice;
  @property({ attribute: false }) tabs: Tab[] = [];
  @property({ attribute: false }) current?: Tab;
  @property({ attribute: false }) address: (tab: Tab) => string = () => "";

  static override styles = [base, tabs, header];

  protected override render() {
    return html`
      <header class="top">
        ${
          this.narrow
            ? html`<button class="menu" aria-label=${t("frame.menu")} @click=${this.menu}>
                <at-icon .path=${mdiMenu}></at-icon>
              </button>`
            : nothing
        }
        <h1>Atelier</h1>
        ${this.picker()}
      </header>
      ${
        this.tabs.length > 1
          ? html`<nav aria-label=${t("frame.pages")}>${this.tabs.map((tab) => this.tab(tab))}</nav>`
          : nothing
      }
    `;
  }

  private picker() {
    if (this.choices.length < 2) return nothing;
    return html`<select
      aria-label=${t(`frame.${this.kind}`)}
      @change=${(event: Event) => this.choose((event.target as HTMLSelectElement).value)}
    >
      ${this.choices.map(
        ({ entry_id, title }) => html`<option
          value=${entry_id}
          .selected=${entry_id === this.chosen?.entry_id}
        >
          ${title}
        </option>`,
      )}
    </select>`;
  }

  private tab(tab: Tab) {
    const address = this.address(tab);
    return html`<a
      href=${address}
      aria-current=${tab === this.current ? "page" : nothing}
      @click=${(event: MouseEvent) => this.follow(event, address)}
    >
      <at-icon .path=${tab.icon}></at-icon>${t(`${tab.name}.title`)}
    </a>`;
  }

  protected override updated(): void {
    const tab = this.renderRoot.querySelector("[aria-current]");
    tab?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  private follow(event: MouseEvent, address: string): void {
    // A new tab or window is the browser's own business.
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    go(address);
  }

  private choose(entryId: string): void {
    this.dispatchEvent(new CustomEvent("at-choose", { detail: entryId }));
  }

  private menu(): void {
    this.dispatchEvent(new CustomEvent("hass-toggle-menu", { bubbles: true, composed: true }));
  }
}
