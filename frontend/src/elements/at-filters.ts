import { mdiFilterVariant } from "@mdi/js";
import { css, html, LitElement } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { t } from "../i18n/text";
import "./at-button";
import { base } from "./styles";

/**
 * The filters of a list: `<at-filters .active=${2}><at-search slot="search">… <at-select>…`.
 *
 * Side by side where there is room; on a phone behind a button that tells how many are set.
 */
@customElement("at-filters")
export class AtFilters extends LitElement {
  /** How many of those that fold away are set. */
  @property({ attribute: false }) active = 0;
  @state() private open = false;

  static override styles = [
    base,
    css`
      :host {
        display: block;
        container-type: inline-size;
        margin-bottom: 16px;
      }
      .frame,
      .more {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(150px, 1fr));
        gap: 8px 12px;
        align-items: end;
      }
      .more {
        display: contents;
      }
      at-button {
        display: none;
      }
      @container (max-width: 640px) {
        .frame {
          grid-template-columns: 1fr auto;
        }
        at-button {
          display: inline-flex;
        }
        .more {
          display: none;
        }
        .more.open {
          display: grid;
          grid-column: 1 / -1;
          grid-template-columns: repeat(auto-fit, minmax(140px, 1fr));
        }
      }
    `,
  ];

  protected override render() {
    const text = t("common.filters");
    return html`<div class="frame" role="search">
      <slot name="search"></slot>
      <at-button
        .icon=${mdiFilterVariant}
        .expanded=${this.open ? "true" : "false"}
        @click=${() => {
          this.open = !this.open;
        }}
      >
        ${this.active ? `${text} (${this.active})` : text}
      </at-button>
      <div class="more ${this.open ? "open" : ""}"><slot></slot></div>
    </div>`;
  }
}

/** Count the filters that are set, but for those that never fold away. */
export function setFilters(filters: object, ...always: string[]): number {
  return Object.entries(filters).filter(
    ([name, value]) => value !== undefined && !always.includes(name),
  ).length;
}
