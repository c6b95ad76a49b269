import { mdiDotsVertical } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { t } from "../i18n/text";
import type { AtButton } from "./at-button";
import "./at-button";
import "./at-icon";
import { base } from "./styles";

export interface MenuItem {
  label: string;
  icon?: string;
  danger?: boolean;
  disabled?: boolean;
  run: () => unknown;
}

/** Further things that can be done: `<at-menu .items=${[{label, icon, run}]}>`. */
@customElement("at-menu")
export class AtMenu extends LitElement {
  @property({ attribute: false }) items: MenuItem[] = [];
  @property() label = "";
  @state() private open = false;
  @query("[popover]") private list!: HTMLElement;
  @query("at-button") private button!: AtButton;

  static override styles = [
    base,
    css`
      :host {
        display: inline-block;
      }
      [popover] {
        position: fixed;
        inset: auto;
        min-width: 200px;
        margin: 0;
        padding: 8px 0;
        border: 1px solid var(--divider-color);
        border-radius: 12px;
        background: var(--card-background-color, #fff);
        color: inherit;
        box-shadow: 0 4px 24px rgb(0 0 0 / 30%);
      }
      button {
        display: flex;
        align-items: center;
        gap: 12px;
        width: 100%;
        min-height: 44px;
        padding: 8px 20px 8px 16px;
        border: none;
        background: none;
        color: inherit;
        font: inherit;
        text-align: start;
        cursor: pointer;
      }
      button:hover,
      button:focus-visible {
        background: var(--secondary-background-color);
        outline-offset: -2px;
      }
      button.danger {
        color: var(--error-color);
      }
      button:disabled {
        color: var(--disabled-text-color);
        cursor: default;
      }
      at-icon {
        --at-icon-size: 20px;
      }
    `,
  ];

  protected override render() {
    return html`
      <at-button
        kind="quiet"
        .icon=${mdiDotsVertical}
        label=${this.label || t("common.more")}
        .expanded=${this.open ? "true" : "false"}
        @click=${this.toggle}
      ></at-button>
      <div
        popover
        role="menu"
        @toggle=${(event: ToggleEvent) => {
          this.open = event.newState === "open";
        }}
        @keydown=${this.pressed}
      >
        ${
          this.open
            ? this.items.map(
                (item) => html`<button
                  role="menuitem"
                  class=${item.danger ? "danger" : ""}
                  ?disabled=${item.disabled}
                  @click=${() => this.run(item)}
                >
                  ${item.icon ? html`<at-icon .path=${item.icon}></at-icon>` : nothing}${item.label}
                </button>`,
              )
            : nothing
        }
      </div>
    `;
  }

  private async toggle(): Promise<void> {
    if (this.open) {
      this.list.hidePopover();
      return;
    }
    this.open = true;
    await this.updateComplete;
    this.list.showPopover();
    const at = this.button.getBoundingClientRect();
    const { width, height } = this.list.getBoundingClientRect();
    const below = at.bottom + height < window.innerHeight;
    this.list.style.left = `${Math.max(8, at.right - width)}px`;
    this.list.style.top = `${below ? at.bottom : Math.max(8, at.top - height)}px`;
    this.list.querySelector<HTMLElement>("button:enabled")?.focus();
  }

  private pressed(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const items = [...this.list.querySelectorAll<HTMLElement>("button:enabled")];
    const at = items.indexOf(
      this.renderRoot.querySelector<HTMLElement>("button:focus") as HTMLElement,
    );
    items[(at + step + items.length) % items.length]?.focus();
  }

  private run(item: MenuItem): void {
    this.list.hidePopover();
    this.button.focus();
    item.run();
  }
}
