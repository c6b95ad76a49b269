import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import "../../elements/at-checkbox";
import "../../elements/at-chip";
import "../../elements/at-datetime";
import "../../elements/at-select";
import { date } from "../../i18n/format";
import { t } from "../../i18n/text";
import { isOver, type Trained } from "./about";
import { MemberPart } from "./member-part";

interface Draft {
  training: string;
  at: string | null;
  until: string | null;
  instructor: boolean;
  fixed: boolean;
}

const NEW: Draft = { training: "", at: null, until: null, instructor: false, fixed: false };

/** What a member learnt, and whether they teach it. */
@customElement("atelier-member-trainings")
export class MemberTrainings extends MemberPart<Draft> {
  protected override readonly asked = "members.record_heading";

  protected override card() {
    return {
      heading: t("members.trainings"),
      add: t("members.record"),
      blank: NEW,
      disabled: !this.facts.trainings.length,
      lines: this.about.trainings.map((one) => this.line(one)),
      none: t("members.no_trainings"),
    };
  }

  private line(trained: Trained) {
    const { training, at, instructor } = trained;
    const until = this.end(trained);
    return html`<li>
      <div>
        ${training} <span class="muted">${t("members.learnt", { when: date(at) })}</span>
        ${instructor ? html`<at-chip tone="info">${t("members.instructor")}</at-chip>` : nothing}
        ${
          until
            ? isOver(until)
              ? html`<at-chip tone="bad">${t("members.expired", { when: date(until) })}</at-chip>`
              : html`<span class="muted">${t("members.until_moment", { when: date(until) })}</span>`
            : nothing
        }
      </div>
      ${this.menu(
        training,
        { training, at, until: trained.until, instructor, fixed: true },
        {
          label: t("members.take_back"),
          run: () =>
            this.drop("remove_trained", { training }, t("members.taken_back", { name: training })),
        },
      )}
    </li>`;
  }

  /** When a training stops to count: what was said of it, or its days, whichever is sooner. */
  private end({ training_id, at, until }: Trained): string | null {
    const days = this.facts.trainings.find(({ id }) => id === training_id)?.valid_days;
    if (!days) return until;
    const faded = new Date(new Date(at).getTime() + days * 86_400_000).toISOString();
    return until && new Date(until) < new Date(faded) ? until : faded;
  }

  protected override fields({ training, at, until, instructor, fixed }: Draft) {
    return html`
      <at-select
        required
        label=${t("members.training")}
        ?disabled=${fixed}
        .value=${training}
        .options=${this.facts.trainings.map(({ name }) => ({ value: name, label: name }))}
        @at-change=${(event: CustomEvent<string>) => this.set({ training: event.detail })}
      ></at-select>
      <at-datetime
        label=${t("members.at")}
        hint=${t("members.at_hint")}
        .value=${at}
        @at-change=${(event: CustomEvent<string | null>) => this.set({ at: event.detail })}
      ></at-datetime>
      <at-datetime
        label=${t("members.until")}
        hint=${t("members.training_until_hint")}
        .value=${until}
        @at-change=${(event: CustomEvent<string | null>) => this.set({ until: event.detail })}
      ></at-datetime>
      <at-checkbox
        label=${t("members.instructor")}
        hint=${t("members.instructor_hint")}
        .value=${instructor}
        @at-change=${(event: CustomEvent<boolean>) => this.set({ instructor: event.detail })}
      ></at-checkbox>
    `;
  }

  protected override give(draft: Draft): [string, Record<string, unknown>] {
    const { training, at, until, instructor } = draft;
    const moments = { at: at ?? undefined, until: until ?? undefined };
    return ["record_training", { training, instructor, ...moments }];
  }
}
