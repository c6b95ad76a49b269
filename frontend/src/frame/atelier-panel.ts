import { html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { html as staticHtml, unsafeStatic } from "lit/static-html.js";
import { Api, workshops } from "../api/api";
import type { WorkshopInfo } from "../api/types";
import "../elements/at-button";
import "../elements/at-note";
import "../elements/at-toasts";
import { base } from "../elements/styles";
import type { Hass, Route } from "../hass";
import { failuresFrom, failureText } from "../i18n/failures";
import { formatFor } from "../i18n/format";
import { speak, t } from "../i18n/text";
import "./atelier-header";
import { frame } from "./frame-style";
import { Outlet } from "./outlet";
import { type PageInfo, pagesFor } from "./pages";
import { addressOf, chosenWorkshop, go, placeOf } from "./route";

/** The panel: which workshop, which page; what both of them need. */
@customElement("atelier-panel")
export class AtelierPanel extends LitElement {
  @property({ attribute: false }) hass!: Hass;
  @property({ type: Boolean, reflect: true }) narrow = false;
  @property({ attribute: false }) route: Route = { prefix: "/atelier", path: "" };
  @state() private workshops?: WorkshopInfo[];
  @state() private failed: unknown;
  @state() private ready = "";
  private outlet = new Outlet(this);
  private api?: Api;
  private drawn?: Hass;

  static override styles = [base, frame];

  override connectedCallback(): void {
    super.connectedCallback();
    // Home Assistant keeps the element of a panel that is left, and puts it back.
    if (this.drawn) this.begin();
    // Its route says nothing of the workshop, which stands behind the address's question mark.
    window.addEventListener("location-changed", this.moved);
    window.addEventListener("popstate", this.moved);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("location-changed", this.moved);
    window.removeEventListener("popstate", this.moved);
  }

  private moved = (): void => this.requestUpdate();

  /** Home Assistant gives a new `hass` with every state: only few of them concern the frame. */
  protected override shouldUpdate(changes: PropertyValues): boolean {
    if (changes.size > 1 || !changes.has("hass") || !this.drawn) return true;
    const { locale, themes, user, connection } = this.drawn;
    return (
      locale !== this.hass.locale ||
      themes.darkMode !== this.hass.themes.darkMode ||
      user?.id !== this.hass.user?.id ||
      connection !== this.hass.connection
    );
  }

  protected override willUpdate(changes: PropertyValues): void {
    if (!this.hass) return;
    if (changes.has("hass")) {
      formatFor(this.hass);
      const before = this.drawn;
      this.drawn = this.hass;
      if (!before) this.begin();
      else if (before.locale.language !== this.hass.locale.language) void this.learn();
    }
    this.style.colorScheme = this.hass.themes.darkMode ? "dark" : "light";
  }

  private begin(): void {
    if (!this.ready) void this.learn();
    void this.look();
  }

  private async learn(): Promise<void> {
    const { language } = this.hass.locale;
    await Promise.all([speak(language), failuresFrom(this.hass).catch(() => undefined)]);
    this.ready = language;
  }

  /** Ask which workshops there are for this user. */
  private async look(): Promise<void> {
    this.failed = undefined;
    try {
      this.workshops = await workshops(this.hass);
    } catch (error) {
      this.failed = error;
    }
  }

  private get workshop(): WorkshopInfo | undefined {
    const chosen = chosenWorkshop();
    return this.workshops?.find(({ entry_id }) => entry_id === chosen) ?? this.workshops?.[0];
  }

  protected override render() {
    if (!this.ready) return nothing;
    const workshop = this.workshop;
    const pages = workshop ? pagesFor(workshop.rights) : [];
    const place = placeOf(this.route.path);
    const page = place.page ? pages.find(({ name }) => name === place.page) : pages[0];
    return keyed(
      this.ready,
      html`
        <atelier-header
          .narrow=${this.narrow}
          .workshops=${this.workshops ?? []}
          .workshop=${workshop}
          .pages=${pages}
          .page=${page}
          @at-workshop=${this.choose}
        ></atelier-header>
        <main>${this.content(workshop, pages, page, place.rest)}</main>
        <at-toasts></at-toasts>
      `,
    );
  }

  private content(
    workshop: WorkshopInfo | undefined,
    pages: PageInfo[],
    page: PageInfo | undefined,
    rest: string[],
  ) {
    if (this.failed) {
      return html`<at-note kind="error" @at-retry=${this.look}>${failureText(this.failed)}</at-note>`;
    }
    if (!this.workshops) return html`<at-note kind="loading"></at-note>`;
    if (!workshop || pages.length === 0) return html`<at-note>${t("frame.no_rights")}</at-note>`;
    if (!page) return this.nowhere(workshop);
    return this.outlet.draw(page, () => this.page(workshop, page, rest));
  }

  private page(workshop: WorkshopInfo, page: PageInfo, rest: string[]) {
    if (this.api?.entryId !== workshop.entry_id) this.api = new Api(this.hass, workshop.entry_id);
    const tag = unsafeStatic(page.tag);
    return keyed(
      `${workshop.entry_id} ${page.name}`,
      staticHtml`<${tag} .hass=${this.hass} .api=${this.api} .workshop=${workshop} .rest=${rest}></${tag}>`,
    );
  }

  private nowhere({ entry_id }: WorkshopInfo) {
    const start = addressOf({ page: "", rest: [] }, chosenWorkshop() && entry_id);
    return html`<at-note>
      <p>${t("frame.no_page")}</p>
      <at-button @click=${() => go(start)}>${t("frame.to_start")}</at-button>
    </at-note>`;
  }

  private choose(event: CustomEvent<string>): void {
    go(addressOf({ page: placeOf(this.route.path).page, rest: [] }, event.detail));
  }
}

declare global {
  interface HTMLElementEventMap {
    "at-workshop": CustomEvent<string>;
  }
}
