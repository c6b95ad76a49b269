import { mdiChip, mdiPlus } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { StrangeBoard } from "../../api/types";
import "../../elements/at-button";
import "../../elements/at-icon";
import { base, page } from "../../elements/styles";
import { t } from "../../i18n/text";

/** Boards that are no machine yet; `at-adopt` tells the number of one that shall be. */
@customElement("atelier-strange-boards")
export class StrangeBoards extends LitElement {
  @property({ attribute: false }) boards: StrangeBoard[] = [];

  static override styles = [
    base,
    page,
    css`
      section {
        margin-bottom: 16px;
        border-color: var(--info-color, var(--primary-color));
      }
      h2 {
        margin-top: 0;
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
    if (!this.boards.length) return nothing;
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
