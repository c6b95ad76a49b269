import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { MachineState } from "../../api/types";
import "../../elements/at-search";
import "../../elements/at-select";
import { base, page } from "../../elements/styles";
import { number } from "../../i18n/format";
import { t } from "../../i18n/text";
import type { Floor } from "./store";
import { counted, type Order, type View } from "./view";

const STATES: MachineState[] = ["in_use", "maintenance", "blocked", "offline", "free"];
const ORDERS: Order[] = ["state", "name", "number", "care"];

/** What to look for among the machines, and their order; `at-change` tells the new view. What stands in it comes last. */
@customElement("atelier-machine-filters")
export class MachineFilters extends LitElement {
  @property({ attribute: false }) floor!: Floor;
  @property({ attribute: false }) view!: View;

  static override styles = [
    base,
    page,
    css`
      :host {
        display: grid;
        margin-bottom: 16px;
        grid-template-columns: 2fr repeat(3, 1fr) auto;
        gap: 8px 12px;
        align-items: end;
      }
      @media (max-width: 900px) {
        :host {
          grid-template-columns: 1fr 1fr;
        }
        at-search {
          grid-column: span 2;
        }
      }
    `,
  ];

  protected override render() {
    const { view, floor } = this;
    const counts = counted(floor.machines.values());
    return html`
      <at-search
        .value=${view.search}
        label=${t("machines.search")}
        @at-change=${(event: CustomEvent<string>) => this.tell({ search: event.detail })}
      ></at-search>
      <at-select
        label=${t("machines.state")}
        .value=${view.state}
        any=${t("machines.any_state", { total: number(floor.machines.size) })}
        .options=${STATES.map((state) => ({
          value: state,
          label: `${t(`common.state.${state}`)} (${number(counts.get(state) ?? 0)})`,
        }))}
        @at-change=${(event: CustomEvent<View["state"]>) => this.tell({ state: event.detail })}
      ></at-select>
      <at-select
        label=${t("machines.type")}
        .value=${view.type}
        any=${t("machines.any_type")}
        .options=${floor.types.map(({ id, name }) => ({ value: String(id), label: name }))}
        @at-change=${(event: CustomEvent<string>) => this.tell({ type: event.detail })}
      ></at-select>
      <at-select
        label=${t("machines.order")}
        .value=${view.order}
        .options=${ORDERS.map((order) => ({ value: order, label: t(`machines.orders.${order}`) }))}
        @at-change=${(event: CustomEvent<Order>) => this.tell({ order: event.detail })}
      ></at-select>
      <slot></slot>
    `;
  }

  private tell(change: Partial<View>): void {
    this.dispatchEvent(new CustomEvent<View>("at-change", { detail: { ...this.view, ...change } }));
  }
}
