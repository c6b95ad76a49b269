import { html } from "lit";
import { state } from "lit/decorators.js";
import "../elements/at-note";
import { failureText } from "../i18n/failures";
import { AtelierPage } from "./page";

/** The base of pages that ask for one thing first: told while it is on its way, and if it fails. */
export abstract class LoadedPage<T> extends AtelierPage {
  @state() private loaded?: T;
  @state() private failed: unknown;

  protected abstract ask(): Promise<T>;
  protected abstract content(loaded: T): unknown;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  protected override render() {
    if (this.failed !== undefined) {
      return html`<at-note kind="error" @at-retry=${() => this.load()}>
        ${failureText(this.failed)}
      </at-note>`;
    }
    return this.loaded === undefined
      ? html`<at-note kind="loading"></at-note>`
      : this.content(this.loaded);
  }

  private async load(): Promise<void> {
    try {
      this.loaded = await this.ask();
      this.failed = undefined;
    } catch (error) {
      this.failed = error;
    }
  }
}
