import { mdiLogout } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { failure } from "../api/errors";
import "../elements/at-button";
import "../elements/at-icon";
import "../elements/at-note";
import "../elements/at-toasts";
import { base } from "../elements/styles";
import "../forge/atelier-forge";
import { HttpDoor } from "../forge/http-door";
import { frame, header } from "../frame/frame-style";
import { failureText } from "../i18n/failures";
import { t } from "../i18n/text";
import { hashPlace, hashPlaces } from "./hash-places";
import "./token-form";

/** Where the token is kept: for as long as this tab is open. */
const KEPT_AS = "forge-token";

/** The page: the door, the token where the door wants one, and the Forge's pages. */
@customElement("forge-web")
export class ForgeWeb extends LitElement {
  /** Its language is loaded. */
  @property({ type: Boolean }) ready = false;
  @state() private door?: HttpDoor;
  /** The door wants a token. */
  @state() private locked = false;
  @state() private wrong = "";
  @state() private busy = false;
  @state() private failed: unknown;
  private token = sessionStorage.getItem(KEPT_AS) ?? undefined;

  static override styles = [
    base,
    frame,
    header,
    css`
      :host {
        position: static;
        min-height: 100vh;
        padding-top: 0;
        background: none;
        color: var(--primary-text-color);
        border: none;
      }
      header {
        position: sticky;
        top: 0;
        z-index: 2;
        padding-top: env(safe-area-inset-top);
        background: var(--app-header-background-color);
        color: var(--app-header-text-color);
      }
      .leave {
        display: inline-flex;
        align-items: center;
        gap: 8px;
        min-height: 44px;
        padding: 0 8px;
        border: none;
        background: none;
        color: inherit;
        font: inherit;
        cursor: pointer;
      }
      .leave:focus-visible {
        outline-color: currentColor;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("hashchange", this.moved);
    void this.knock(this.token);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("hashchange", this.moved);
  }

  private moved = (): void => this.requestUpdate();

  /** See whether the door opens, with a token or without. */
  private async knock(token?: string): Promise<void> {
    const door = new HttpDoor(new URL("api/v1", document.baseURI).href, token);
    this.token = token;
    this.busy = true;
    this.failed = undefined;
    this.wrong = "";
    try {
      await door.request("GET", "/status");
      if (token) sessionStorage.setItem(KEPT_AS, token);
      this.door = door;
      this.locked = false;
    } catch (error) {
      this.shut(error, token);
    }
    this.busy = false;
  }

  private shut(error: unknown, token?: string): void {
    const { code } = failure(error);
    const wrong = code === "unauthorized.token";
    if (!wrong && code !== "overloaded.wrong_tokens") {
      this.failed = error;
      return;
    }
    if (wrong) sessionStorage.removeItem(KEPT_AS);
    this.token = undefined;
    this.door = undefined;
    this.locked = true;
    this.wrong = token || !wrong ? failureText(error) : "";
  }

  protected override render() {
    if (!this.ready) return nothing;
    return html`
      <header>
        <div class="top">
          <h1>${t("forge_web.title")}</h1>
          ${
            this.door && this.token
              ? html`<button class="leave" @click=${this.leave}>
                  <at-icon .path=${mdiLogout}></at-icon>${t("forge_web.leave")}
                </button>`
              : nothing
          }
        </div>
      </header>
      <main>${this.content()}</main>
      <at-toasts></at-toasts>
    `;
  }

  private content() {
    if (this.failed !== undefined) {
      return html`<at-note kind="error" @at-retry=${() => this.knock(this.token)}>
        ${failureText(this.failed)}
      </at-note>`;
    }
    if (this.locked) {
      return html`<forge-token-form
        .wrong=${this.wrong}
        .busy=${this.busy}
        @at-token=${(event: CustomEvent<string>) => this.knock(event.detail)}
      ></forge-token-form>`;
    }
    if (!this.door) return html`<at-note kind="loading"></at-note>`;
    return html`<atelier-forge
      .door=${this.door}
      .places=${hashPlaces}
      .rest=${hashPlace(location.hash)}
      @at-refused=${(event: CustomEvent) => this.shut(event.detail, this.token)}
    ></atelier-forge>`;
  }

  /** Forget the token. */
  private leave(): void {
    sessionStorage.removeItem(KEPT_AS);
    this.token = undefined;
    this.door = undefined;
    this.locked = true;
    this.wrong = "";
  }
}
