import { html, LitElement, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../../api/api";
import type { MachineView, PlanView } from "../../api/types";
import "../../elements/at-form-dialog";
import "../../elements/at-number";
import "../../elements/at-select";
import "../../elements/at-text";
import { toast } from "../../elements/at-toasts";
import { t } from "../../i18n/text";

interface Draft {
  machine: string;
  description: string;
  every_h: number | null;
  lcd_text: string;
  url: string;
}

/** Plan care for a machine, or change a plan. */
@customElement("atelier-plan-dialog")
export class PlanDialog extends LitElement {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) machines: MachineView[] = [];
  @property({ attribute: false }) plan: PlanView | undefined;
  @state() private draft!: Draft;

  protected override willUpdate(_changes: PropertyValues): void {
    const plan = this.plan;
    this.draft ??= {
      machine: plan ? String(plan.machine_id) : "",
      description: plan?.description ?? "",
      every_h: plan?.every_h ?? null,
      lcd_text: plan?.lcd_text ?? "",
      url: plan?.url ?? "",
    };
  }

  protected override render() {
    const { draft } = this;
    return html`
      <at-form-dialog
        heading=${this.plan ? t("care.edit_plan") : t("care.add_plan")}
        .save=${() => this.save()}
        @at-close=${() => this.dispatchEvent(new CustomEvent("at-close"))}
      >
        <at-select
          required
          label=${t("care.machine")}
          ?disabled=${this.plan !== undefined}
          .value=${draft.machine}
          .options=${this.machines.map(({ id, name }) => ({ value: String(id), label: name }))}
          @at-change=${(event: CustomEvent<string>) => this.set({ machine: event.detail })}
        ></at-select>
        <at-text
          required
          label=${t("care.description")}
          .value=${draft.description}
          @at-change=${(event: CustomEvent<string>) => this.set({ description: event.detail })}
        ></at-text>
        <at-number
          required
          label=${t("care.every")}
          min="0.01"
          max="1000000"
          step="any"
          .value=${draft.every_h}
          @at-change=${(event: CustomEvent<number | null>) => this.set({ every_h: event.detail })}
        ></at-number>
        <at-text
          label=${t("care.lcd_text")}
          hint=${t("care.lcd_hint")}
          .value=${draft.lcd_text}
          @at-change=${(event: CustomEvent<string>) => this.set({ lcd_text: event.detail })}
        ></at-text>
        <at-text
          label=${t("care.url")}
          .value=${draft.url}
          @at-change=${(event: CustomEvent<string>) => this.set({ url: event.detail })}
        ></at-text>
      </at-form-dialog>
    `;
  }

  private set(change: Partial<Draft>): void {
    this.draft = { ...this.draft, ...change };
  }

  private async save(): Promise<void> {
    const { machine, description, every_h, lcd_text, url } = this.draft;
    const about = { description, every_h, lcd_text };
    const { plan, api } = this;
    if (plan) {
      const changed = { plan_id: plan.id, version: plan.version, url: url || null };
      await api.act("change_care_plan", { ...about, ...changed });
    } else {
      const machine_id = Number(machine);
      await api.act("add_care_plan", { ...about, machine_id, url: url || undefined });
    }
    toast(t("common.saved"));
  }
}
