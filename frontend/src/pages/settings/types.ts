import { html } from "lit";
import { customElement } from "lit/decorators.js";
import type { Facts, MachineType, Training } from "../../api/types";
import "../../elements/at-number";
import "../../elements/at-select";
import { t } from "../../i18n/text";
import { KindList } from "./kind-list";

interface Draft {
  name: string;
  access: MachineType["access"];
  logoff_min: number | null;
  grace_min: number | null;
  training: string;
}

/** A board counts minutes with 16 bits. */
const MOST_MIN = 65535;

/** What machines have in common. */
@customElement("atelier-machine-types")
export class MachineTypes extends KindList<MachineType, Draft> {
  protected readonly kind = "machine_type";
  protected readonly field = "type";
  private trainings: Training[] = [];

  protected override async load(): Promise<MachineType[]> {
    const facts: Facts = await this.api.facts();
    this.trainings = facts.trainings;
    return facts.types;
  }

  protected override begun(type?: MachineType): Draft {
    return {
      name: type?.name ?? "",
      access: type?.access ?? "permitted",
      logoff_min: type?.logoff_min ?? 480,
      grace_min: type?.grace_min ?? 2,
      training: this.training(type)?.name ?? "",
    };
  }

  protected override given(draft: Draft, type?: MachineType): Record<string, unknown> {
    return { ...draft, training: draft.training || (type ? null : undefined) };
  }

  protected override about(type: MachineType): string {
    const training = this.training(type);
    return [
      t(`settings.machine_type.${type.access}`),
      training ? t("settings.machine_type.requires", { training: training.name }) : "",
      type.logoff_min
        ? t("settings.machine_type.logs_off", { n: type.logoff_min })
        : t("settings.machine_type.never_off"),
    ]
      .filter(Boolean)
      .join(" · ");
  }

  protected override fields(draft: Draft) {
    return html`
      <at-select
        label=${t("settings.machine_type.access")}
        .value=${draft.access}
        .options=${(["permitted", "anybody"] as const).map((value) => ({
          value,
          label: t(`settings.machine_type.${value}`),
        }))}
        @at-change=${(event: CustomEvent<Draft["access"]>) => this.set({ access: event.detail })}
      ></at-select>
      <at-select
        label=${t("settings.machine_type.training")}
        any=${t("settings.machine_type.no_training")}
        .value=${draft.training}
        .options=${this.trainings.map(({ name }) => ({ value: name, label: name }))}
        @at-change=${(event: CustomEvent<string>) => this.set({ training: event.detail })}
      ></at-select>
      ${(["logoff_min", "grace_min"] as const).map(
        (name) => html`<at-number
          required
          max=${MOST_MIN}
          label=${t(`settings.machine_type.${name}`)}
          hint=${t(`settings.machine_type.${name}_hint`)}
          .value=${draft[name]}
          @at-change=${(event: CustomEvent<number | null>) => this.set({ [name]: event.detail })}
        ></at-number>`,
      )}
    `;
  }

  private training(type?: MachineType): Training | undefined {
    return this.trainings.find(({ id }) => id === type?.training_id);
  }
}
