import { html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { html as staticHtml, unsafeStatic } from "lit/static-html.js";
import "../elements/at-icon";
import "../elements/at-note";
import { base } from "../elements/styles";
import { Outlet, type Tab } from "../frame/outlet";
import { tabs } from "../frame/tabs-style";
import { failureText } from "../i18n/failures";
import { t } from "../i18n/text";
import { Calm } from "./calm";
import type { ForgeDoor, ForgeEvent } from "./door";
import { Feed } from "./feed";
import { forgeFrame } from "./frame-style";
import { hindranceOf } from "./hindrance";
import { BUILDING, PAGES } from "./pages";
import type { Places } from "./places";
import { problemOf } from "./problem";
import "./status-line";
import type { Status } from "./types";

/** Space on the disk is not told by events. */
const LOOK_AGAIN_MS = 60_000;

/**
 * A Forge's pages behind tabs, wherever they are shown.
 *
 * `<atelier-forge .door=${…} .places=${…} .rest=${["builds", id]}>`; `at-refused` tells that the
 * door is shut to this user (`event.detail` is the Failure). Give it another door, and it begins anew.
 */
@customElement("atelier-forge")
export class AtelierForge extends LitElement {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) places!: Places;
  /** The place: a page's name, and what follows it. */
  @property({ attribute: false }) rest: string[] = [];
  @state() private status?: Status;
  @state() private failed: unknown;
  private feed?: Feed;
  private outlet = new Outlet(this);
  private look = new Calm(this, () => void this.ask(), 1000);
  private timer = 0;
  private turn = 0;

  static override styles = [base, tabs, forgeFrame];

  override connectedCallback(): void {
    super.connectedCallback();
    // An element that was taken away may be put back with the same door.
    if (this.feed) this.begin();
    this.timer = window.setInterval(this.look.call, LOOK_AGAIN_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
    this.feed?.end();
  }

  protected override willUpdate(changes: PropertyValues): void {
    if (!changes.has("door") || !this.door) return;
    this.feed?.end();
    this.status = undefined;
    this.turn += 1;
    this.feed = new Feed(
      this.door,
      () => this.requestUpdate(),
      (error) => this.refused(error),
    );
    this.feed.listen((event) => this.heard(event));
    this.begin();
  }

  private begin(): void {
    this.failed = undefined;
    this.feed?.begin();
    this.look.call();
  }

  private heard(event: ForgeEvent | null): void {
    // Progress within a job changes nothing of what stands above the pages.
    if (event?.type !== "job.progress") this.look.call();
  }

  private async ask(): Promise<void> {
    const turn = this.turn;
    try {
      const status = await this.door.request<Status>("GET", "/status");
      if (turn === this.turn) this.status = status;
    } catch {
      // The line above the pages says that the Forge is away, and it is asked again.
    }
  }

  private refused(error: unknown): void {
    this.failed = error;
    this.dispatchEvent(new CustomEvent("at-refused", { detail: error }));
  }

  protected override render() {
    const { feed } = this;
    if (!feed) return nothing;
    const [name = "", ...rest] = this.rest;
    const page = name ? PAGES.find((tab) => tab.name === name) : PAGES[0];
    return html`
      <div class="top">
        <nav aria-label=${t("forge.pages")}>${PAGES.map((tab) => this.tab(tab, tab === page))}</nav>
        <forge-status-line .status=${this.status} .up=${feed.up}></forge-status-line>
      </div>
      ${this.hindrance(page)} ${this.content(feed, page, rest)}
    `;
  }

  private tab(tab: Tab, current: boolean) {
    return html`<a href=${this.places.address([tab.name])} aria-current=${current ? "page" : nothing}>
      <at-icon .path=${tab.icon}></at-icon>${t(`forge_${tab.name}.title`)}
    </a>`;
  }

  private hindrance(page: Tab | undefined) {
    const error = this.status?.cannot_build;
    if (!error || !page || !BUILDING.includes(page.name)) return nothing;
    // In the reader's language alone: nobody has to tell others about it.
    return problemOf({ error: { ...error, message: hindranceOf(this.status) } });
  }

  private content(feed: Feed, page: Tab | undefined, rest: string[]): unknown {
    if (this.failed !== undefined) {
      return html`<at-note kind="error" @at-retry=${this.retry}>${failureText(this.failed)}</at-note>`;
    }
    if (!page) return html`<at-note>${t("frame.no_page")}</at-note>`;
    return this.outlet.draw(page, () => {
      const tag = unsafeStatic(page.tag);
      return keyed(
        feed,
        staticHtml`<${tag}
          .door=${this.door}
          .feed=${feed}
          .places=${this.places}
          .status=${this.status}
          .rest=${rest}
        ></${tag}>`,
      );
    });
  }

  private retry(): void {
    this.feed?.end();
    this.begin();
  }

  protected override updated(changes: PropertyValues): void {
    if (!changes.has("rest")) return;
    this.renderRoot
      .querySelector("[aria-current]")
      ?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

declare global {
  interface HTMLElementEventMap {
    "at-refused": CustomEvent;
  }
}
