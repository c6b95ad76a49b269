import { mdiArrowLeft } from "@mdi/js";
import { html } from "lit";
import "./at-button";

/** Draw the way back, to stand before a page's heading; `label` says where it leads. */
export function back(label: string, go: () => void) {
  return html`<at-button kind="quiet" .icon=${mdiArrowLeft} label=${label} @click=${go}></at-button>`;
}
