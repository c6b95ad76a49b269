import { mdiAlertCircleOutline, mdiTrayRemove } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { t } from "../i18n/text";
import "./at-button";
import "./at-icon";
import { base } from "./styles";

/**
 * What stands where there is nothing else: `kind="loading"`, `"empty"` or `"error"`.
 *
 * The text is its content; an error offers to try again, told by `at-retry`.
 */
@customElement("at-note")
export class AtNote extends LitElement {
  @property({ reflect: true }) kind: "loading" | "empty" | "error" = "empty";

  static override styles = [
    base,
    css`
      :host {
        display: block;
      }
      div {
        display: grid;
        justify-items: center;
        gap: 12px;
        padding: 40px 16px;
        color: var(--secondary-text-color);
        text-align: center;
      }
      at-icon {
        --at-icon-size: 40px;
      }
      :host([kind="error"]) at-icon {
        color: var(--error-color);
      }
      .ring {
        width: 36px;
        height: 36px;
        border: 3px solid var(--divider-color);
        border-top-color: var(--primary-color);
        border-radius: 50%;
        animation: turn 1s linear infinite;
      }
      @keyframes turn {
        to {
          rotate: 1turn;
        }
      }
      @media (prefers-reduced-motion: reduce) {
        .ring {
          animation-duration: 4s;
        }
      }
    `,
  ];

  protected override render() {
    if (this.kind === "loading") {
      return html`<div role="status">
        <span class="ring"></span><slot>${t("common.loading")}</slot>
      </div>`;
    }
    const error = this.kind === "error";
    return html`<div role=${error ? "alert" : nothing}>
      <at-icon .path=${error ? mdiAlertCircleOutline : mdiTrayRemove}></at-icon>
      <slot>${error ? nothing : t("common.empty")}</slot>
      ${
        error
          ? html`<at-button @click=${() => this.dispatchEvent(new CustomEvent("at-retry"))}>
              ${t("common.retry")}
            </at-button>`
          : nothing
      }
    </div>`;
  }
}
