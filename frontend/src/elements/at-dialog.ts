import { mdiClose } from "@mdi/js";
import { css, html, LitElement } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { t } from "../i18n/text";
import "./at-button";
import { base } from "./styles";

/**
 * A dialog, open for as long as it is on the page:
 *
 * `${this.asked ? html`<at-dialog heading=… @at-close=${…}>… <at-button slot="actions">…` : nothing}`
 *
 * Escape and the cross tell `at-close`; whoever draws it takes it away then. While `busy` neither does.
 */
@customElement("at-dialog")
export class AtDialog extends LitElement {
  @property() heading = "";
  @property({ type: Boolean }) busy = false;
  @property({ type: Boolean, reflect: true }) wide = false;
  @query("dialog") private dialog!: HTMLDialogElement;
  private opener: HTMLElement | null = null;

  static override styles = [
    base,
    css`
      dialog {
        width: min(480px, 100vw - 32px);
        max-height: min(90vh, 900px);
        padding: 0;
        border: none;
        border-radius: 20px;
        background: var(--card-background-color, #fff);
        color: inherit;
        box-shadow: 0 8px 40px rgb(0 0 0 / 40%);
      }
      :host([wide]) dialog {
        width: min(800px, 100vw - 32px);
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 50%);
      }
      .frame {
        display: flex;
        flex-direction: column;
        max-height: inherit;
      }
      header {
        display: flex;
        align-items: center;
        gap: 8px;
        padding: 12px 12px 0 24px;
      }
      h2 {
        flex: 1;
        margin: 0;
        font-size: 1.25rem;
        font-weight: 500;
        overflow-wrap: anywhere;
      }
      .body {
        overflow-y: auto;
        padding: 12px 24px;
      }
      footer {
        display: flex;
        flex-wrap: wrap;
        justify-content: end;
        gap: 8px;
        padding: 8px 24px 20px;
      }
      @media (max-width: 480px) {
        dialog,
        :host([wide]) dialog {
          width: 100vw;
          max-width: 100vw;
          margin: auto 0 0;
          border-radius: 20px 20px 0 0;
        }
      }
    `,
  ];

  protected override render() {
    return html`
      <dialog
        aria-labelledby="heading"
        @cancel=${this.cancelled}
        @keydown=${(event: KeyboardEvent) => event.stopPropagation()}
      >
        <div class="frame">
          <header>
            <h2 id="heading">${this.heading}</h2>
            <at-button
              kind="quiet"
              .icon=${mdiClose}
              label=${t("common.close")}
              ?disabled=${this.busy}
              @click=${this.close}
            ></at-button>
          </header>
          <div class="body"><slot></slot></div>
          <footer><slot name="actions"></slot></footer>
        </div>
      </dialog>
    `;
  }

  protected override firstUpdated(): void {
    this.opener = focused();
    this.dialog.showModal();
    const first = this.querySelector<HTMLElement>("[autofocus], at-text, at-member-picker");
    // Its own shadow is drawn a moment later than the dialog around it.
    if (first) requestAnimationFrame(() => first.focus());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.opener?.focus();
  }

  private cancelled(event: Event): void {
    event.preventDefault();
    if (event.target === this.dialog) this.close();
  }

  private close(): void {
    if (!this.busy) this.dispatchEvent(new CustomEvent("at-close"));
  }
}

/** Return what has the focus, through all shadows. */
function focused(): HTMLElement | null {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element instanceof HTMLElement ? element : null;
}
