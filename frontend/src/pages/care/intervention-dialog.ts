import { html, LitElement, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../../api/api";
import { findMembers } from "../../api/members";
import type { MachineView, PlanView } from "../../api/types";
import "../../elements/at-checkbox";
import "../../elements/at-datetime";
import "../../elements/at-form-dialog";
import "../../elements/at-member-picker";
import type { Person } from "../../elements/at-member-picker";
import { toast } from "../../elements/at-toasts";
import { t } from "../../i18n/text";

/** Record that plans of a machine were carried out: now, or at another time. */
@customElement("atelier-intervention-dialog")
export class InterventionDialog extends LitElement {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) machine!: MachineView;
  @property({ attribute: false }) plan: PlanView | undefined;
  @state() private plans!: ReadonlySet<number>;
  @state() private member: Person | null = null;
  @state() private at: string | null = null;

  protected override willUpdate(_changes: PropertyValues): void {
    // What is due was most likely done in one go.
    this.plans ??= new Set(
      this.machine.plans.filter(({ id, due }) => due || id === this.plan?.id).map(({ id }) => id),
    );
  }

  protected override render() {
    return html`
      <at-form-dialog
        heading=${t("care.done_heading", { machine: this.machine.name })}
        .save=${() => this.save()}
        @at-close=${() => this.dispatchEvent(new CustomEvent("at-close"))}
      >
        ${this.machine.plans.map(
          (plan) => html`<at-checkbox
            label=${plan.description}
            .value=${this.plans.has(plan.id)}
            @at-change=${(event: CustomEvent<boolean>) => this.choose(plan.id, event.detail)}
          ></at-checkbox>`,
        )}
        <at-member-picker
          label=${t("care.by")}
          .find=${findMembers(this.api)}
          .value=${this.member}
          @at-change=${(event: CustomEvent<Person | null>) => {
            this.member = event.detail;
          }}
        ></at-member-picker>
        <at-datetime
          label=${t("care.at")}
          hint=${t("care.at_hint")}
          .value=${this.at}
          @at-change=${(event: CustomEvent<string | null>) => {
            this.at = event.detail;
          }}
        ></at-datetime>
      </at-form-dialog>
    `;
  }

  private choose(plan: number, done: boolean): void {
    const plans = new Set(this.plans);
    if (done) plans.add(plan);
    else plans.delete(plan);
    this.plans = plans;
  }

  private async save(): Promise<void> {
    if (!this.plans.size) throw { code: "local", message: t("care.choose_plan") };
    await this.api.act("record_intervention", {
      machine_id: this.machine.id,
      plan_id: [...this.plans],
      member_id: this.member?.id,
      at: this.at ?? undefined,
    });
    toast(t("common.saved"));
  }
}
