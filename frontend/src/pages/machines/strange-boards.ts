import { mdiCardSearch, mdiChip, mdiPlus } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { StrangeBoard } from "../../api/types";
import "../../elements/at-button";
import "../../elements/at-icon";
import { base, page } from "../../elements/styles";
import { goTo } from "../../frame/route";
import { t } from "../../i18n/text";

/** Boards and cards that nobody knows; `at-adopt` tells the number of a board to make a machine. */
@customElement("atelier-strange-boards")
export class StrangeBoards extends LitElement {
  @property({ attribute: false }) boards: StrangeBoard[] = [];
  /** How many cards nobody knows. */
  @property({ attribute: false }) cards = 0;

  static override styles = [
    base,
    page,
    css`
      section {
        margin-bottom: 16px;
        border-color: var(--info-color, var(--primary-color));
      }
      .board {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 12px;
        padding: 6px 0;
      }
      .board span {
        flex: 1 1 200px;
        overflow-wrap: anywhere;
      }
    `,
  ];

  protected override render() {
    return html`${this.boards.length ? this.waiting() : nothing}
    ${
      this.cards
        ? html`<at-button kind="quiet" .icon=${mdiCardSearch} @click=${() => goTo("unknown")}>
            ${t("machines.unknown_cards", { n: this.cards })}
          </at-button>`
        : nothing
    }`;
  }

  private waiting() {
    return html`<section class="card" aria-labelledby="heading">
      <h2 id="heading">${t("machines.strange", { n: this.boards.length })}</h2>
      ${this.boards.map(
        (board) => html`<div class="board">
          <at-icon .path=${mdiChip}></at-icon>
          <span>
            ${t("machines.number", { id: board.machine_id })}
            <span class="muted">${[board.firmware, board.address].filter(Boolean).join(" · ")}</span>
          </span>
          <at-button
            .icon=${mdiPlus}
            @click=${() =>
              this.dispatchEvent(new CustomEvent("at-adopt", { detail: board.machine_id }))}
          >
            ${t("machines.adopt")}
          </at-button>
        </div>`,
      )}
    </section>`;
  }
}

declare global {
  interface HTMLElementEventMap {
    "at-adopt": CustomEvent<number>;
  }
}
