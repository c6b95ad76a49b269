import {
  mdiAccount,
  mdiCheckCircleOutline,
  mdiCloudOffOutline,
  mdiLock,
  mdiWrenchClock,
} from "@mdi/js";
import { html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { MachineState } from "../api/types";
import { t } from "../i18n/text";
import "./at-chip";
import type { Tone } from "./at-chip";

const LOOKS: Record<MachineState, [icon: string, tone: Tone]> = {
  in_use: [mdiAccount, "info"],
  blocked: [mdiLock, "bad"],
  maintenance: [mdiWrenchClock, "warning"],
  offline: [mdiCloudOffOutline, "plain"],
  free: [mdiCheckCircleOutline, "good"],
};

/** A machine's state, by colour, icon and word: `<at-state state=${machine.state}>`. */
@customElement("at-state")
export class AtState extends LitElement {
  @property() state: MachineState = "free";

  protected override render() {
    const [icon, tone] = LOOKS[this.state];
    return html`<at-chip .icon=${icon} tone=${tone}>${t(`common.state.${this.state}`)}</at-chip>`;
  }
}
