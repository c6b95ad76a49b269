import { css, html, nothing } from "lit";
import { property, state } from "lit/decorators.js";
import { failureText } from "../i18n/failures";
import { t } from "../i18n/text";
import { AtField } from "./field";

export interface Choice {
  id: number | string;
  name: string;
  /** What tells those of one name apart. */
  note?: string;
}

const PAUSE_MS = 200;
const LETTERS = 2;

/**
 * The base of fields whose value is found by some letters: `.find=${search => …}`.
 *
 * A combobox: arrow keys, Enter and Escape as everywhere. `at-change` tells a choice or null.
 */
export abstract class AtPicker<C extends Choice> extends AtField<C | null> {
  @property({ attribute: false }) value: C | null = null;
  @property({ attribute: false }) find!: (search: string) => Promise<C[]>;
  /** What is told where nothing is found. */
  protected abstract get none(): string;
  @state() private words = "";
  @state() private found: C[] | null = null;
  @state() private at = 0;
  private timer = 0;
  private turn = 0;

  static override styles = [
    AtField.styles,
    css`
      ul,
      .none {
        max-height: 240px;
        margin: 4px 0 0;
        padding: 4px 0;
        overflow-y: auto;
        border: 1px solid var(--divider-color);
        border-radius: 8px;
        list-style: none;
      }
      .none {
        padding: 12px;
        color: var(--secondary-text-color);
      }
      li {
        display: flex;
        justify-content: space-between;
        gap: 12px;
        padding: 10px 12px;
        cursor: pointer;
      }
      li[aria-selected="true"] {
        background: color-mix(in srgb, var(--primary-color) 18%, transparent);
      }
      li small {
        color: var(--secondary-text-color);
      }
    `,
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.turn++;
  }

  protected override render() {
    const open = this.found !== null;
    return this.framed(html`
      <input
        id="control"
        role="combobox"
        autocomplete="off"
        aria-autocomplete="list"
        aria-expanded=${open}
        aria-controls="found"
        aria-activedescendant=${open && this.found?.length ? `option-${this.at}` : nothing}
        aria-describedby=${this.describedBy}
        placeholder=${t("common.type_to_search", { n: LETTERS })}
        ?disabled=${this.disabled}
        .value=${this.value?.name ?? this.words}
        @input=${this.typed}
        @keydown=${this.pressed}
      />
      ${this.list()}
    `);
  }

  private list() {
    if (this.found === null) return nothing;
    if (this.found.length === 0) {
      return html`<div class="none" role="status">${this.none}</div>`;
    }
    return html`<ul id="found" role="listbox" aria-label=${this.label}>
      ${this.found.map(
        (choice, index) => html`<li
          id="option-${index}"
          role="option"
          aria-selected=${index === this.at}
          @pointerdown=${(event: Event) => event.preventDefault()}
          @click=${() => this.choose(choice)}
        >
          ${choice.name}${choice.note ? html`<small>${choice.note}</small>` : nothing}
        </li>`,
      )}
    </ul>`;
  }

  private typed(event: Event): void {
    this.words = (event.target as HTMLInputElement).value;
    if (this.value) this.tell(null);
    clearTimeout(this.timer);
    const search = this.words.trim();
    const turn = ++this.turn;
    if (search.length < LETTERS) {
      this.found = null;
      return;
    }
    this.timer = window.setTimeout(async () => {
      try {
        const found = await this.find(search);
        if (turn !== this.turn) return;
        this.found = found;
        this.at = 0;
      } catch (error) {
        if (turn === this.turn) this.error = failureText(error);
      }
    }, PAUSE_MS);
  }

  private pressed(event: KeyboardEvent): void {
    if (!this.found) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const choice = this.found[this.at];
    if (step !== undefined && this.found.length) {
      this.at = (this.at + step + this.found.length) % this.found.length;
    } else if (event.key === "Enter" && choice) {
      this.choose(choice);
    } else if (event.key === "Escape") {
      this.found = null;
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private choose(choice: C): void {
    this.turn++;
    this.words = choice.name;
    this.found = null;
    this.tell(choice);
  }
}
