import { mdiCreditCardPlus, mdiPlus } from "@mdi/js";
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../../api/api";
import "../../elements/at-button";
import "../../elements/at-chip";
import { AtField } from "../../elements/field";
import { t } from "../../i18n/text";
import "./learn-dialog";

/** Boards tell cards by 8 hex digits. */
const CARD = /^[0-9a-f]{8}$/;

/** The cards of a member: typed, or learnt by tapping one at any board. */
@customElement("atelier-card-field")
export class CardField extends AtField<string[]> {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) machines: { id: number; name: string }[] = [];
  @property({ attribute: false }) value: string[] = [];
  @state() private typed = "";
  @state() private learning = false;

  static override styles = [
    AtField.styles,
    css`
      .cards {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-bottom: 8px;
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }
      .line input {
        flex: 1 1 160px;
        width: auto;
        font-family: monospace;
      }
    `,
  ];

  protected override problem(): string {
    return this.typed && !CARD.test(this.folded) ? t("members.bad_card") : "";
  }

  override validate(): boolean {
    // What was typed and not added is meant, too.
    this.add();
    return super.validate();
  }

  protected override render() {
    return this.framed(html`
      ${
        this.value.length
          ? html`<div class="cards">
              ${this.value.map(
                (card) => html`<at-chip
                  remove-label=${t("members.remove_card", { card })}
                  @at-close=${(event: Event) => this.drop(event, card)}
                >
                  <code>${card}</code>
                </at-chip>`,
              )}
            </div>`
          : nothing
      }
      <div class="line">
        <input
          id="control"
          maxlength="16"
          autocomplete="off"
          spellcheck="false"
          placeholder="04a1b2c3"
          aria-describedby=${this.describedBy}
          .value=${this.typed}
          @input=${(event: Event) => {
            this.typed = (event.target as HTMLInputElement).value;
          }}
          @keydown=${this.pressed}
        />
        <at-button .icon=${mdiPlus} ?disabled=${!this.typed} @click=${() => this.validate()}>
          ${t("common.add")}
        </at-button>
        <at-button
          .icon=${mdiCreditCardPlus}
          @click=${() => {
            this.learning = true;
          }}
        >
          ${t("members.learn")}
        </at-button>
      </div>
      ${
        this.learning
          ? html`<atelier-learn-dialog
              .api=${this.api}
              .machines=${this.machines}
              @at-learnt=${(event: CustomEvent<string>) => this.take(event.detail)}
              @at-close=${(event: Event) => {
                event.stopPropagation();
                this.learning = false;
              }}
            ></atelier-learn-dialog>`
          : nothing
      }
    `);
  }

  private get folded(): string {
    return this.typed.toLowerCase().replace(/[\s:-]/g, "");
  }

  private pressed(event: KeyboardEvent): void {
    if (event.key !== "Enter" || !this.typed) return;
    // Adds the card; the form is saved by the next Enter.
    event.preventDefault();
    this.validate();
  }

  private add(): void {
    if (CARD.test(this.folded)) this.take(this.folded);
  }

  private take(card: string): void {
    this.typed = "";
    this.touched = false;
    if (!this.value.includes(card)) this.tell([...this.value, card]);
  }

  private drop(event: Event, card: string): void {
    event.stopPropagation();
    this.tell(this.value.filter((one) => one !== card));
  }
}
