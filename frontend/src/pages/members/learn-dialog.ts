import { mdiContactlessPayment } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../../api/api";
import type { LearnEvent } from "../../api/types";
import "../../elements/at-bar";
import "../../elements/at-button";
import "../../elements/at-dialog";
import "../../elements/at-icon";
import "../../elements/at-note";
import { base } from "../../elements/styles";
import { failureText } from "../../i18n/failures";
import { t } from "../../i18n/text";

type Tap = Extract<LearnEvent, { card: string }>;

/** Wait for a card at any board; `at-learnt` tells its number. */
@customElement("atelier-learn-dialog")
export class LearnDialog extends LitElement {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) machines: { id: number; name: string }[] = [];
  @state() private tap: Tap | null = null;
  @state() private over = false;
  @state() private failed = "";
  private end?: () => void;

  static override styles = [
    base,
    css`
      .wait {
        display: grid;
        gap: 16px;
        justify-items: center;
        padding: 16px 0;
        text-align: center;
      }
      at-icon {
        --at-icon-size: 64px;
        color: var(--primary-color);
      }
      at-bar {
        width: 160px;
      }
      code {
        font-size: 1.25rem;
      }
      .warning {
        color: var(--error-color);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.listen();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.end?.();
  }

  protected override render() {
    const { tap } = this;
    return html`<at-dialog heading=${t("members.learn_heading")} @at-close=${this.close}>
      <div class="wait" role="status">
        <at-icon .path=${mdiContactlessPayment}></at-icon>
        ${this.failed ? html`<at-note kind="error" @at-retry=${this.listen}>${this.failed}</at-note>` : this.told()}
      </div>
      ${
        this.over
          ? html`<at-button slot="actions" @click=${this.listen}>${t("common.retry")}</at-button>`
          : nothing
      }
      <at-button slot="actions" kind="quiet" @click=${this.close}>${t("common.cancel")}</at-button>
      <at-button
        slot="actions"
        kind="primary"
        ?disabled=${!tap || tap.member_id !== null}
        @click=${this.take}
      >
        ${t("members.take_card")}
      </at-button>
    </at-dialog>`;
  }

  private told() {
    const { tap } = this;
    if (this.over && !tap) return t("members.learn_over");
    if (!tap) return html`${t("members.learn_wait")}<at-bar label=${t("common.working")}></at-bar>`;
    const machine = this.machines.find(({ id }) => id === tap.machine_id)?.name;
    return html`
      <code>${tap.card}</code>
      <span>${t("members.tapped_at", { machine: machine ?? String(tap.machine_id) })}</span>
      ${
        tap.member_id === null
          ? nothing
          : html`<span class="warning">
              ${t("members.card_of", { who: tap.member_name ?? String(tap.member_id) })}
            </span>`
      }
    `;
  }

  private listen(): void {
    this.end?.();
    this.over = false;
    this.failed = "";
    this.end = this.api.learnCards(
      (event) => {
        if ("card" in event) this.tap = event;
        else this.over = true;
      },
      (error) => {
        this.failed = failureText(error);
      },
    );
  }

  private take(): void {
    if (this.tap) this.dispatchEvent(new CustomEvent("at-learnt", { detail: this.tap.card }));
    this.close();
  }

  private close(): void {
    this.dispatchEvent(new CustomEvent("at-close"));
  }
}

declare global {
  interface HTMLElementEventMap {
    "at-learnt": CustomEvent<string>;
  }
}
