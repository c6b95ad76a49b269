import {
  mdiChevronDown,
  mdiChevronUp,
  mdiKeyVariant,
  mdiLockOpenVariantOutline,
  mdiLockOutline,
  mdiLogout,
  mdiPencil,
  mdiPlay,
  mdiTrashCanOutline,
} from "@mdi/js";
import { html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { MachineView } from "../../api/types";
import "../../elements/at-bar";
import "../../elements/at-button";
import "../../elements/at-chip";
import "../../elements/at-menu";
import "../../elements/at-state";
import { base, page } from "../../elements/styles";
import { dateTime, hours, span } from "../../i18n/format";
import { t } from "../../i18n/text";
import { nearest } from "./care";
import "./machine-details";
import { Ticking } from "../../elements/ticking";
import { card } from "./machine-style";

export type MachineDeed = "start" | "stop" | "block" | "free" | "edit" | "key" | "remove";

/** One machine: who is on and since when, its hours and its care; what is asked for is `at-deed`. */
@customElement("atelier-machine-card")
export class MachineCard extends LitElement {
  @property({ attribute: false }) machine!: MachineView;
  /** What is on its way, if anything. */
  @property() busy: MachineDeed | "" = "";
  /** Whether keys for gates can be made: by administrators. */
  @property({ attribute: false }) keys = false;
  @state() private open = false;

  static override styles = [base, page, card];

  constructor() {
    super();
    new Ticking(this, () => this.machine.since !== null);
  }

  protected override render() {
    const { machine } = this;
    return html`
      <article class="card" aria-labelledby="name">
        <header>
          <div>
            <h2 id="name">${machine.name}</h2>
            <span class="muted">${machine.type ?? ""} · ${t("machines.number", { id: machine.id })}</span>
          </div>
          <at-menu label=${t("machines.more", { machine: machine.name })} .items=${this.menu}></at-menu>
        </header>
        <div class="states">
          <at-state state=${machine.state}></at-state>
          ${this.remarks()}
        </div>
        ${this.who()} ${this.care()}
        <footer>
          ${this.main()}
          <at-button
            kind="quiet"
            .icon=${this.open ? mdiChevronUp : mdiChevronDown}
            label=${t("machines.details", { machine: machine.name })}
            .expanded=${this.open ? "true" : "false"}
            @click=${() => {
              this.open = !this.open;
            }}
          ></at-button>
        </footer>
        ${
          this.open
            ? html`<atelier-machine-details .machine=${machine}></atelier-machine-details>`
            : nothing
        }
      </article>
    `;
  }

  /** What the state alone would hide. */
  private remarks() {
    const { machine } = this;
    const blocked = machine.blocked && machine.state !== "blocked";
    return html`
      ${blocked ? html`<at-chip tone="bad" .icon=${mdiLockOutline}>${t("common.state.blocked")}</at-chip>` : nothing}
      ${machine.silent ? html`<at-chip tone="warning">${t("machines.silent")}</at-chip>` : nothing}
    `;
  }

  private who() {
    const { machine } = this;
    if (!machine.since) {
      const seen = machine.last_seen && !machine.online;
      return html`<p class="who muted">
        ${seen ? t("machines.last_seen", { when: dateTime(machine.last_seen as string) }) : nothing}
      </p>`;
    }
    const seconds = (Date.now() - new Date(machine.since).getTime()) / 1000;
    return html`<p class="who">
      <strong>${machine.member_name ?? t("machines.somebody")}</strong>
      <span class="clock" title=${dateTime(machine.since)}>${span(seconds)}</span>
    </p>`;
  }

  private care() {
    const { machine } = this;
    const near = nearest(machine);
    const left = near ? near.plan.hours_left : 0;
    const said = !near
      ? ""
      : left < 0
        ? t("machines.overdue", { hours: hours(-left) })
        : t("machines.care_in", { hours: hours(left) });
    return html`
      <p class="figures">
        <span>${t("machines.hours", { hours: hours(machine.hours) })}</span>
        <span>${said}</span>
      </p>
      ${near ? html`<at-bar label=${said} .value=${near.share} tone=${near.tone}></at-bar>` : nothing}
    `;
  }

  private main() {
    const { machine, busy } = this;
    if (machine.since) {
      return html`<at-button .icon=${mdiLogout} ?busy=${busy === "stop"} @click=${() => this.ask("stop")}>
        ${t("machines.stop")}
      </at-button>`;
    }
    if (machine.blocked) {
      return html`<at-button
        .icon=${mdiLockOpenVariantOutline}
        ?busy=${busy === "free"}
        @click=${() => this.ask("free")}
      >
        ${t("machines.free")}
      </at-button>`;
    }
    return html`<at-button
      .icon=${mdiPlay}
      ?disabled=${!machine.online}
      ?busy=${busy === "start"}
      @click=${() => this.ask("start")}
    >
      ${t("machines.start")}
    </at-button>`;
  }

  private get menu() {
    const { blocked, board } = this.machine;
    const gate = this.keys && board?.firmware.startsWith("machine_gate,");
    return [
      blocked
        ? {
            label: t("machines.free"),
            icon: mdiLockOpenVariantOutline,
            run: () => this.ask("free"),
          }
        : { label: t("machines.block"), icon: mdiLockOutline, run: () => this.ask("block") },
      { label: t("common.edit"), icon: mdiPencil, run: () => this.ask("edit") },
      ...(gate
        ? [{ label: t("machines.key"), icon: mdiKeyVariant, run: () => this.ask("key") }]
        : []),
      {
        label: t("common.remove"),
        icon: mdiTrashCanOutline,
        danger: true,
        run: () => this.ask("remove"),
      },
    ];
  }

  private ask(deed: MachineDeed): void {
    this.dispatchEvent(
      new CustomEvent<Deed>("at-deed", { detail: { deed, machine: this.machine }, bubbles: true }),
    );
  }
}

export interface Deed {
  deed: MachineDeed;
  machine: MachineView;
}

declare global {
  interface HTMLElementEventMap {
    "at-deed": CustomEvent<Deed>;
  }
}
