import { mdiMenu } from "@mdi/js";
import { html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { WorkshopInfo } from "../api/types";
import "../elements/at-icon";
import { base } from "../elements/styles";
import { t } from "../i18n/text";
import { header } from "./frame-style";
import type { PageInfo } from "./pages";
import { addressOf, go } from "./route";

/** The bar above all pages: the side bar's button, the workshop, and a tab for each page. */
@customElement("atelier-header")
export class AtelierHeader extends LitElement {
  @property({ type: Boolean, reflect: true }) narrow = false;
  @property({ attribute: false }) workshops: WorkshopInfo[] = [];
  @property({ attribute: false }) workshop?: WorkshopInfo;
  @property({ attribute: false }) pages: PageInfo[] = [];
  @property({ attribute: false }) page?: PageInfo;

  static override styles = [base, header];

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
        this.pages.length > 1
          ? html`<nav aria-label=${t("frame.pages")}>${this.pages.map((page) => this.tab(page))}</nav>`
          : nothing
      }
    `;
  }

  private picker() {
    if (this.workshops.length < 2) return nothing;
    return html`<select
      aria-label=${t("frame.workshop")}
      @change=${(event: Event) => this.choose((event.target as HTMLSelectElement).value)}
    >
      ${this.workshops.map(
        ({ entry_id, title }) => html`<option
          value=${entry_id}
          .selected=${entry_id === this.workshop?.entry_id}
        >
          ${title}
        </option>`,
      )}
    </select>`;
  }

  private tab(page: PageInfo) {
    const several = this.workshops.length > 1 ? (this.workshop?.entry_id ?? null) : null;
    const address = addressOf({ page: page.name, rest: [] }, several);
    return html`<a
      href=${address}
      aria-current=${page === this.page ? "page" : nothing}
      @click=${(event: MouseEvent) => this.follow(event, address)}
    >
      <at-icon .path=${page.icon}></at-icon>${t(`${page.name}.title`)}
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
    this.dispatchEvent(new CustomEvent("at-workshop", { detail: entryId }));
  }

  private menu(): void {
    this.dispatchEvent(new CustomEvent("hass-toggle-menu", { bubbles: true, composed: true }));
  }
}
