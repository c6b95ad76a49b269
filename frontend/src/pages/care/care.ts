import { mdiCheck, mdiPlus, mdiWrench } from "@mdi/js";
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { Failure } from "../../api/errors";
import type { MachineView, PlanView } from "../../api/types";
import "../../elements/at-bar";
import "../../elements/at-button";
import "../../elements/at-menu";
import "../../elements/at-note";
import { tiles } from "../../elements/styles";
import { linkable } from "../../elements/url";
import { AtelierPage } from "../../frame/page";
import { failureText } from "../../i18n/failures";
import { hours } from "../../i18n/format";
import { t } from "../../i18n/text";
import { after, type Floor } from "../machines/store";
import "./interventions";
import "./intervention-dialog";
import { ofNearness, type PlannedCare } from "./planned";
import "./plan-dialog";
import { removePlan } from "./remove-plan";

type Asked =
  | { dialog: "plan"; plan?: PlanView }
  | { dialog: "intervention"; machine: MachineView; plan?: PlanView };

/** What machines want: care that is due, what comes next, and what was done. */
@customElement("atelier-care")
export class CarePage extends AtelierPage {
  @state() private floor: Floor | undefined;
  @state() private error?: Failure;
  @state() private asked: Asked | null = null;
  private end?: () => void;

  static override styles = [
    AtelierPage.styles,
    tiles,
    css`
      .tiles {
        gap: 12px;
      }
      li {
        display: grid;
        gap: 8px;
      }
      li.due {
        border-color: var(--error-color);
      }
      .head {
        display: flex;
        align-items: start;
        gap: 8px;
      }
      .head div {
        flex: 1;
        overflow-wrap: anywhere;
      }
      .head strong {
        display: block;
        font-weight: 500;
      }
      .overdue {
        color: var(--error-color);
        font-weight: 500;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.follow();
  }

  private follow(): void {
    this.end?.();
    this.error = undefined;
    this.end = this.api.machines(
      (event) => {
        this.floor = after(this.floor, event);
      },
      (error) => {
        this.error = error;
      },
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.end?.();
  }

  protected override render() {
    if (this.error)
      return html`<at-note kind="error" @at-retry=${this.follow}>${failureText(this.error)}</at-note>`;
    if (!this.floor) return html`<at-note kind="loading"></at-note>`;
    const machines = [...this.floor.machines.values()];
    const planned = ofNearness(machines);
    const due = planned.filter(({ plan }) => plan.due);
    const next = planned.filter(({ plan }) => !plan.due);
    return html`
      <div class="bar">
        <h1 class="grow">${t("care.title")}</h1>
        <at-button
          kind="primary"
          .icon=${mdiPlus}
          ?disabled=${machines.length === 0}
          @click=${() => this.ask({ dialog: "plan" })}
        >
          ${t("care.add_plan")}
        </at-button>
      </div>
      <h2>${due.length ? t("care.due", { n: due.length }) : t("care.nothing_due")}</h2>
      <ul class="tiles">
        ${due.map((one) => this.item(one))}
      </ul>
      ${
        next.length
          ? html`<h2>${t("care.coming")}</h2>
              <ul class="tiles">
                ${next.map((one) => this.item(one))}
              </ul>`
          : nothing
      }
      ${planned.length ? nothing : html`<at-note>${t("care.no_plans")}</at-note>`}
      <atelier-interventions .api=${this.api} .machines=${machines}></atelier-interventions>
      ${this.dialog(machines)}
    `;
  }

  private item({ machine, plan, share, tone }: PlannedCare) {
    const facts = { left: hours(plan.hours_left), every: hours(plan.every_h) };
    const address = linkable(plan.url);
    return html`<li class="card ${plan.due ? "due" : ""}">
      <div class="head">
        <div>
          <strong>${plan.description}</strong>
          ${machine.name}
          ${
            address
              ? html` · <a href=${address} rel="noreferrer" target="_blank">${t("care.instructions")}</a>`
              : nothing
          }
        </div>
        <at-menu
          label=${t("care.more", { plan: plan.description, machine: machine.name })}
          .items=${[
            { label: t("common.edit"), run: () => this.ask({ dialog: "plan", plan }) },
            {
              label: t("common.remove"),
              danger: true,
              run: () => removePlan(this, this.api, plan, machine),
            },
          ]}
        ></at-menu>
      </div>
      <at-bar label=${t("care.used_up")} .value=${share} tone=${tone}></at-bar>
      <div class=${plan.due ? "overdue" : "muted"}>
        ${plan.due ? t("care.overdue", { hours: hours(-plan.hours_left) }) : t("care.left", facts)}
      </div>
      <at-button
        .icon=${plan.due ? mdiCheck : mdiWrench}
        kind=${plan.due ? "primary" : "plain"}
        @click=${() => this.ask({ dialog: "intervention", machine, plan })}
      >
        ${t("care.done")}
      </at-button>
    </li>`;
  }

  private dialog(machines: MachineView[]) {
    const close = () => this.ask(null);
    switch (this.asked?.dialog) {
      case "plan":
        return html`<atelier-plan-dialog
          .api=${this.api}
          .machines=${machines}
          .plan=${this.asked.plan}
          @at-close=${close}
        ></atelier-plan-dialog>`;
      case "intervention":
        return html`<atelier-intervention-dialog
          .api=${this.api}
          .machine=${this.asked.machine}
          .plan=${this.asked.plan}
          @at-close=${close}
        ></atelier-intervention-dialog>`;
      default:
        return nothing;
    }
  }

  private ask(what: Asked | null): void {
    this.asked = what;
  }
}
