/** The base of dialogs that do something: busy while they do, and told if it fails. */

import { type CSSResultGroup, css, html, LitElement, nothing } from "lit";
import { state } from "lit/decorators.js";
import { failureText } from "../i18n/failures";
import { t } from "../i18n/text";
import "./at-button";
import "./at-dialog";
import { base, links, refused, stack } from "./styles";

export abstract class Dialog extends LitElement {
  @state() protected busy = false;
  /** What was tried last failed with. */
  @state() protected failed: unknown;

  static override styles: CSSResultGroup = [
    base,
    stack,
    links,
    refused,
    css`
      p {
        margin: 0;
      }
      .muted {
        color: var(--secondary-text-color);
      }
    `,
  ];

  /** Draw the dialog; `actions` have `slot="actions"`, and `this.closing()` among them. */
  protected framed(heading: string, content: unknown, actions: unknown, wide = false) {
    return html`<at-dialog
      heading=${heading}
      ?busy=${this.busy}
      ?wide=${wide}
      @at-close=${this.close}
    >
      <div class="stack">${content}</div>
      ${actions}
    </at-dialog>`;
  }

  /** The button that gives up; when there is nothing to give up any more, it closes. */
  protected closing(over = false) {
    return html`<at-button slot="actions" kind="quiet" ?disabled=${this.busy} @click=${this.close}>
      ${t(over ? "common.close" : "common.cancel")}
    </at-button>`;
  }

  protected refusal() {
    return this.failed === undefined
      ? nothing
      : html`<p class="failed" role="alert">${failureText(this.failed)}</p>`;
  }

  /** Do something, once at a time; return whether it went well. */
  protected async work(deed: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.failed = undefined;
    try {
      await deed();
    } catch (error) {
      this.failed = error;
    }
    this.busy = false;
    return this.failed === undefined;
  }

  protected close(): void {
    this.dispatchEvent(new CustomEvent("at-close"));
  }
}
