import { html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { html as staticHtml, unsafeStatic } from "lit/static-html.js";
import { Api, forges, workshops } from "../api/api";
import type { ForgeInfo, WorkshopInfo } from "../api/types";
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
import { Outlet, type Tab } from "./outlet";
import { FORGE, pagesFor } from "./pages";
import { Presence } from "./presence";
import { addressOf, chosen, go, type Place, placeOf } from "./route";

/** The panel: which workshop or Forge, which page; what they need. */
@customElement("atelier-panel")
export class AtelierPanel extends LitElement {
  @property({ attribute: false }) hass!: Hass;
  @property({ type: Boolean, reflect: true }) narrow = false;
  @property({ attribute: false }) route: Route = { prefix: "/atelier", path: "" };
  @state() private workshops?: WorkshopInfo[];
  @state() private forges: ForgeInfo[] = [];
  @state() private failed: unknown;
  @state() private ready = "";
  private outlet = new Outlet(this);
  private presence = new Presence(this, () => this.there());
  private api?: Api;
  private drawn?: Hass;

  static override styles = [base, frame];

  override connectedCallback(): void {
    super.connectedCallback();
    // Home Assistant keeps the element of a panel that is left, and puts it back.
    if (this.drawn) this.begin();
    // Its route says nothing of workshop and Forge, which stand behind the address's question mark.
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
      this.presence.of(this.hass.connection);
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

  /** Ask which workshops and Forges there are for this user. */
  private async look(): Promise<void> {
    this.failed = undefined;
    try {
      [this.workshops, this.forges] = await Promise.all([workshops(this.hass), forges(this.hass)]);
    } catch (error) {
      this.failed = error;
    }
  }

  /** Look for what is shown, after Home Assistant was away; tell whether it is loaded again. */
  private async there(): Promise<boolean> {
    const shown = [named(this.workshops, "workshop"), named(this.forges, "forge")];
    const found = await Promise.all([workshops(this.hass), forges(this.hass)]).catch(() => null);
    if (!found) return false;
    const entries = new Set(found.flat().map(({ entry_id }) => entry_id));
    if (!shown.every((entry) => !entry || entries.has(entry.entry_id))) return false;
    [this.workshops, this.forges] = found;
    this.failed = undefined;
    return true;
  }

  protected override render() {
    if (!this.ready) return nothing;
    const workshop = named(this.workshops, "workshop");
    const forge = named(this.forges, "forge");
    const tabs: Tab[] = [...pagesFor(workshop?.rights ?? []), ...(forge ? [FORGE] : [])];
    const place = placeOf(this.route.path);
    const tab = place.page ? tabs.find(({ name }) => name === place.page) : tabs[0];
    const ofForge = tab === FORGE;
    return keyed(
      this.ready,
      html`
        <atelier-header
          .narrow=${this.narrow}
          .kind=${ofForge ? "forge" : "workshop"}
          .choices=${(ofForge ? this.forges : this.workshops) ?? []}
          .chosen=${ofForge ? forge : workshop}
          .tabs=${tabs}
          .current=${tab}
          .address=${({ name }: Tab) => this.address({ page: name, rest: [] })}
          @at-choose=${(event: CustomEvent<string>) => this.choose(tab, event.detail)}
        ></atelier-header>
        ${this.presence.away ? html`<p class="away" role="status">${t("frame.away")}</p>` : nothing}
        <main>${this.content(tabs, tab, place.rest)}</main>
        <at-toasts></at-toasts>
      `,
    );
  }

  private content(tabs: Tab[], tab: Tab | undefined, rest: string[]) {
    if (this.failed) {
      return html`<at-note kind="error" @at-retry=${this.look}>${failureText(this.failed)}</at-note>`;
    }
    if (!this.workshops) return html`<at-note kind="loading"></at-note>`;
    if (tabs.length === 0) return html`<at-note>${t("frame.no_rights")}</at-note>`;
    if (!tab) return this.nowhere();
    return this.outlet.draw(tab, () => this.page(tab, rest));
  }

  private page(tab: Tab, rest: string[]) {
    const forge = named(this.forges, "forge");
    if (tab === FORGE && forge) {
      const { entry_id } = forge;
      return keyed(
        entry_id,
        html`<atelier-forge-page .hass=${this.hass} .entryId=${entry_id} .rest=${rest}></atelier-forge-page>`,
      );
    }
    const workshop = named(this.workshops, "workshop");
    if (!workshop) return nothing;
    if (this.api?.entryId !== workshop.entry_id) this.api = new Api(this.hass, workshop.entry_id);
    const tag = unsafeStatic(tab.tag);
    return keyed(
      `${workshop.entry_id} ${tab.name}`,
      staticHtml`<${tag} .hass=${this.hass} .api=${this.api} .workshop=${workshop} .rest=${rest}></${tag}>`,
    );
  }

  private nowhere() {
    return html`<at-note>
      <p>${t("frame.no_page")}</p>
      <at-button @click=${() => go(this.address({ page: "", rest: [] }))}>${t("frame.to_start")}</at-button>
    </at-note>`;
  }

  /** Return the address of a place; what it is about is named where there are several. */
  private address(place: Place): string {
    const several = (kind: "workshop" | "forge", entries: { entry_id: string }[] = []) =>
      entries.length > 1 ? (named(entries, kind)?.entry_id ?? null) : null;
    return addressOf(place, several("workshop", this.workshops), several("forge", this.forges));
  }

  /** Show the same page of another workshop or Forge. */
  private choose(tab: Tab | undefined, entryId: string): void {
    const place = { page: placeOf(this.route.path).page, rest: [] };
    go(
      tab === FORGE
        ? addressOf(place, chosen("workshop"), entryId)
        : addressOf(place, entryId, chosen("forge")),
    );
  }
}

/** Return the one of several entries that the address names, or the first. */
function named<T extends { entry_id: string }>(
  entries: T[] | undefined,
  kind: "workshop" | "forge",
): T | undefined {
  const wanted = chosen(kind);
  return entries?.find(({ entry_id }) => entry_id === wanted) ?? entries?.[0];
}

declare global {
  interface HTMLElementEventMap {
    "at-choose": CustomEvent<string>;
  }
}
