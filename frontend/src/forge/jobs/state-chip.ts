import {
  mdiCancel,
  mdiCheckCircleOutline,
  mdiCloseCircleOutline,
  mdiCogOutline,
  mdiTrayFull,
} from "@mdi/js";
import { html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import "../../elements/at-chip";
import type { Tone } from "../../elements/at-chip";
import { t } from "../../i18n/text";
import type { JobState } from "../types";

const LOOKS: Partial<Record<JobState, [icon: string, tone: Tone]>> = {
  queued: [mdiTrayFull, "plain"],
  done: [mdiCheckCircleOutline, "good"],
  failed: [mdiCloseCircleOutline, "bad"],
  cancelled: [mdiCancel, "warning"],
};

/** A job's state, by colour, icon and word: `<forge-state state=${job.state}>`. */
@customElement("forge-state")
export class StateChip extends LitElement {
  @property() state: JobState = "queued";
  /** It is to end, and has not yet. */
  @property({ type: Boolean }) ending = false;

  protected override render() {
    if (this.ending) {
      return html`<at-chip tone="warning" .icon=${mdiCancel}>${t("forge_jobs.ending")}</at-chip>`;
    }
    const [icon, tone] = LOOKS[this.state] ?? [mdiCogOutline, "info"];
    return html`<at-chip tone=${tone} .icon=${icon}>${t(`forge_jobs.states.${this.state}`)}</at-chip>`;
  }
}
