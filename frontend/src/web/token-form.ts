import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import "../elements/at-button";
import { base, field, page } from "../elements/styles";
import { t } from "../i18n/text";

/** Asks for the Forge's token; `at-token` tells it. */
@customElement("forge-token-form")
export class TokenForm extends LitElement {
  /** What was wrong with the one before, in words. */
  @property() wrong = "";
  @property({ type: Boolean }) busy = false;
  @query("input") private input!: HTMLInputElement;

  static override styles = [
    base,
    field,
    page,
    css`
      form {
        display: grid;
        gap: 16px;
        max-width: 480px;
        margin: 32px auto;
        padding: 24px;
      }
      p {
        margin: 0;
      }
      code {
        overflow-wrap: anywhere;
      }
    `,
  ];

  protected override render() {
    return html`<form class="card" @submit=${this.enter}>
      <h1>${t("forge_web.token_heading")}</h1>
      <p>${t("forge_web.token_where")} <code>forge token</code></p>
      <div>
        <label for="token">${t("forge_web.token")}</label>
        <input
          id="token"
          type="password"
          autocomplete="current-password"
          required
          maxlength="500"
          aria-describedby=${this.wrong ? "wrong" : nothing}
          aria-invalid=${this.wrong ? "true" : nothing}
        />
        ${this.wrong ? html`<p class="error" id="wrong" role="alert">${this.wrong}</p>` : nothing}
      </div>
      <at-button kind="primary" ?busy=${this.busy} @click=${this.enter}>
        ${t("forge_web.enter")}
      </at-button>
    </form>`;
  }

  protected override firstUpdated(): void {
    this.input.focus();
  }

  private enter(event: Event): void {
    event.preventDefault();
    const token = this.input.value.trim();
    if (token && !this.busy) this.dispatchEvent(new CustomEvent("at-token", { detail: token }));
  }
}

declare global {
  interface HTMLElementEventMap {
    "at-token": CustomEvent<string>;
  }
}
