import { css, html, LitElement, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { Api } from "../api/api";
import type { Removed } from "../api/types";
import { failureText } from "../i18n/failures";
import { t } from "../i18n/text";
import "./at-button";
import { base } from "./styles";

interface Toast {
  text: string;
  kind?: "error";
  action?: { label: string; run: () => unknown };
}

/** Long enough to read it, and to find the button. */
const SHOWN_MS = 8000;

let shown: AtToasts | undefined;

/** Tell something for a moment. */
export function toast(text: string, action?: Toast["action"]): void {
  shown?.show({ text, action });
}

/** Do something that can fail; a failure is told, and `undefined` returned. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    shown?.show({ text: failureText(error), kind: "error" });
    return undefined;
  }
}

/** Tell that something was removed, and offer to take that back. */
export function removedToast(api: Api, text: string, removed: Removed, after?: () => void): void {
  const run = async () => {
    await attempt(async () => {
      await api.act("restore", { undo: removed.undo });
      toast(t("common.restored"));
      after?.();
    });
  };
  toast(text, { label: t("common.undo"), run });
}

/** Where toasts are shown: the frame has the only one. */
@customElement("at-toasts")
export class AtToasts extends LitElement {
  @state() private toast?: Toast;
  private timer = 0;

  static override styles = [
    base,
    css`
      :host {
        position: fixed;
        inset: auto 16px calc(16px + env(safe-area-inset-bottom)) 16px;
        z-index: 10;
        display: flex;
        justify-content: center;
        pointer-events: none;
        margin: 0;
        padding: 0;
        border: 0;
        background: none;
        width: auto;
      }
      .toast {
        display: flex;
        align-items: center;
        gap: 12px;
        max-width: 640px;
        padding: 8px 8px 8px 20px;
        border-radius: 12px;
        background: var(--primary-text-color);
        color: var(--primary-background-color);
        box-shadow: 0 4px 16px rgb(0 0 0 / 35%);
        pointer-events: auto;
      }
      .toast.error {
        background: var(--error-color);
        color: #fff;
      }
      .text {
        min-height: 40px;
        align-content: center;
        padding-right: 12px;
        overflow-wrap: anywhere;
      }
      button {
        min-height: 40px;
        padding: 0 16px;
        border: none;
        border-radius: 8px;
        background: color-mix(in srgb, currentColor 18%, transparent);
        color: inherit;
        font: inherit;
        font-weight: 600;
        cursor: pointer;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    shown = this;
    this.popover = "manual";
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    if (shown === this) shown = undefined;
  }

  show(toast: Toast): void {
    this.toast = toast;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.hide(), SHOWN_MS);
    // Shown anew, so that it lies above a dialog that was opened since.
    if (this.matches(":popover-open")) this.hidePopover();
    this.showPopover();
  }

  protected override render() {
    const toast = this.toast;
    return html`
      <div role="status" aria-live="polite">
        ${
          toast
            ? html`<div class="toast ${toast.kind ?? ""}">
                <span class="text">${toast.text}</span>
                ${toast.action ? html`<button @click=${this.act}>${toast.action.label}</button>` : nothing}
              </div>`
            : nothing
        }
      </div>
    `;
  }

  private act(): void {
    const run = this.toast?.action?.run;
    this.hide();
    run?.();
  }

  private hide(): void {
    this.toast = undefined;
    if (this.matches(":popover-open")) this.hidePopover();
  }
}
