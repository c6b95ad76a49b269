import { html } from "lit";
import { customElement } from "lit/decorators.js";
import type { Training } from "../../api/types";
import "../../elements/at-number";
import { t } from "../../i18n/text";
import { KindList } from "./kind-list";

interface TrainingRow extends Training {
  members: number;
  types: string[];
}

interface Draft {
  name: string;
  valid_days: number | null;
}

/** What members can learn, and for how long it counts. */
@customElement("atelier-trainings")
export class Trainings extends KindList<TrainingRow, Draft> {
  protected readonly kind = "training";
  protected readonly field = "training";

  protected override async load(): Promise<TrainingRow[]> {
    return (await this.api.act<{ trainings: TrainingRow[] }>("list_trainings")).trainings;
  }

  protected override begun(training?: TrainingRow): Draft {
    return { name: training?.name ?? "", valid_days: training?.valid_days ?? null };
  }

  protected override given(draft: Draft, training?: TrainingRow): Record<string, unknown> {
    return { ...draft, valid_days: draft.valid_days ?? (training ? null : undefined) };
  }

  protected override about(training: TrainingRow): string {
    return [
      t("settings.members", { n: training.members }),
      training.valid_days
        ? t("settings.training.counts", { n: training.valid_days })
        : t("settings.training.for_good"),
      training.types.length
        ? t("settings.training.required_by", { types: training.types.join(", ") })
        : "",
    ]
      .filter(Boolean)
      .join(" · ");
  }

  protected override fields(draft: Draft) {
    return html`<at-number
      min="1"
      max="36500"
      label=${t("settings.training.valid_days")}
      hint=${t("settings.training.valid_hint")}
      .value=${draft.valid_days}
      @at-change=${(event: CustomEvent<number | null>) => this.set({ valid_days: event.detail })}
    ></at-number>`;
  }
}
