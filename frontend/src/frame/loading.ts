import { html, type ReactiveController, type ReactiveControllerHost } from "lit";
import "../elements/at-note";
import { failureText } from "../i18n/failures";
import { presence } from "./presence";

/**
 * One thing that is asked for first: told while it is on its way, and if it fails.
 *
 * `render` draws what there is; `load` asks anew, and shows what was there until the answer comes.
 */
export class Loading<T> implements ReactiveController {
  loaded?: T;
  failed: unknown;
  private latest = 0;

  constructor(
    private host: ReactiveControllerHost,
    private ask: () => Promise<T>,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    presence.addEventListener("back", this.back);
    void this.load();
  }

  hostDisconnected(): void {
    presence.removeEventListener("back", this.back);
    this.latest += 1;
  }

  private back = (): void => void this.load();

  async load(): Promise<void> {
    const turn = ++this.latest;
    try {
      const loaded = await this.ask();
      if (turn !== this.latest) return;
      this.loaded = loaded;
      this.failed = undefined;
    } catch (error) {
      if (turn !== this.latest) return;
      this.failed = error;
    }
    this.host.requestUpdate();
  }

  /** Forget what was loaded, and ask for something else. */
  restart(): void {
    this.loaded = undefined;
    this.failed = undefined;
    this.host.requestUpdate();
    void this.load();
  }

  render(content: (loaded: T) => unknown): unknown {
    if (this.failed !== undefined) {
      return html`<at-note kind="error" @at-retry=${() => this.load()}>
        ${failureText(this.failed)}
      </at-note>`;
    }
    return this.loaded === undefined
      ? html`<at-note kind="loading"></at-note>`
      : content(this.loaded);
  }
}
