import { html, type ReactiveControllerHost } from "lit";
import "../elements/at-note";
import { t } from "../i18n/text";

/** A page behind a tab. */
export interface Tab {
  /** In the address. */
  name: string;
  icon: string;
  /** The element, and how to load it. */
  tag: string;
  load: () => Promise<unknown>;
}

/** Where a tab's page is drawn: its element is loaded when it is first needed. */
export class Outlet {
  /** The rest of a page could not be had: since it was opened, another version took its place. */
  private outdated = false;

  constructor(private host: Pick<ReactiveControllerHost, "requestUpdate">) {}

  /** Draw what `content` returns once the tab's element is there. */
  draw(tab: Tab, content: () => unknown): unknown {
    if (this.outdated) {
      return html`<at-note kind="error" @at-retry=${() => location.reload()}>
        ${t("frame.outdated")}
      </at-note>`;
    }
    // An element that is drawn before it is defined would be connected without its properties.
    if (customElements.get(tab.tag)) return content();
    void this.load(tab);
    return html`<at-note kind="loading"></at-note>`;
  }

  private async load(tab: Tab): Promise<void> {
    try {
      await tab.load();
    } catch {
      this.outdated = true;
    }
    this.host.requestUpdate();
  }
}
