import { mdiDelete, mdiPencil, mdiPlus } from "@mdi/js";
import { html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../../api/api";
import type { Facts, Removed } from "../../api/types";
import "../../elements/at-button";
import "../../elements/at-checkbox";
import "../../elements/at-chip";
import "../../elements/at-datetime";
import "../../elements/at-form-dialog";
import "../../elements/at-menu";
import "../../elements/at-select";
import { attempt, removedToast, toast } from "../../elements/at-toasts";
import { base, lines, page } from "../../elements/styles";
import { date } from "../../i18n/format";
import { t } from "../../i18n/text";
import { type About, isOver, type Trained } from "./about";

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
export class MemberTrainings extends LitElement {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) facts!: Facts;
  @property({ attribute: false }) about!: About;
  @state() private draft: Draft | null = null;

  static override styles = [base, page, lines];

  protected override render() {
    const { trainings } = this.about;
    return html`<section class="card">
      <div class="head">
        <h2>${t("members.trainings")}</h2>
        <at-button
          .icon=${mdiPlus}
          ?disabled=${!this.facts.trainings.length}
          @click=${() => {
            this.draft = NEW;
          }}
        >
          ${t("members.record")}
        </at-button>
      </div>
      ${
        trainings.length
          ? html`<ul>
              ${trainings.map((one) => this.line(one))}
            </ul>`
          : html`<p class="muted">${t("members.no_trainings")}</p>`
      }
      ${this.draft ? this.form(this.draft) : nothing}
    </section>`;
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
      <at-menu
        label=${t("members.more", { name: training })}
        .items=${[
          {
            label: t("common.edit"),
            icon: mdiPencil,
            run: () => {
              this.draft = { training, at, until: trained.until, instructor, fixed: true };
            },
          },
          {
            label: t("members.take_back"),
            icon: mdiDelete,
            danger: true,
            run: () => this.takeBack(training),
          },
        ]}
      ></at-menu>
    </li>`;
  }

  /** When a training stops to count: what was said of it, or its days, whichever is sooner. */
  private end({ training_id, at, until }: Trained): string | null {
    const days = this.facts.trainings.find(({ id }) => id === training_id)?.valid_days;
    if (!days) return until;
    const faded = new Date(new Date(at).getTime() + days * 86_400_000).toISOString();
    return until && new Date(until) < new Date(faded) ? until : faded;
  }

  private form(draft: Draft) {
    const set = (change: Partial<Draft>) => {
      this.draft = { ...draft, ...change };
    };
    return html`<at-form-dialog
      heading=${t("members.record_heading", { who: this.about.name })}
      .save=${() => this.record(draft)}
      @at-close=${() => {
        this.draft = null;
      }}
    >
      <at-select
        required
        label=${t("members.training")}
        ?disabled=${draft.fixed}
        .value=${draft.training}
        .options=${this.facts.trainings.map(({ name }) => ({ value: name, label: name }))}
        @at-change=${(event: CustomEvent<string>) => set({ training: event.detail })}
      ></at-select>
      <at-datetime
        label=${t("members.at")}
        hint=${t("members.at_hint")}
        .value=${draft.at}
        @at-change=${(event: CustomEvent<string | null>) => set({ at: event.detail })}
      ></at-datetime>
      <at-datetime
        label=${t("members.until")}
        hint=${t("members.training_until_hint")}
        .value=${draft.until}
        @at-change=${(event: CustomEvent<string | null>) => set({ until: event.detail })}
      ></at-datetime>
      <at-checkbox
        label=${t("members.instructor")}
        hint=${t("members.instructor_hint")}
        .value=${draft.instructor}
        @at-change=${(event: CustomEvent<boolean>) => set({ instructor: event.detail })}
      ></at-checkbox>
    </at-form-dialog>`;
  }

  private async record({ training, at, until, instructor }: Draft): Promise<void> {
    await this.api.act("record_training", {
      member_id: this.about.member.id,
      training,
      instructor,
      at: at ?? undefined,
      until: until ?? undefined,
    });
    toast(t("common.saved"));
    this.dispatchEvent(new CustomEvent("at-saved"));
  }

  private async takeBack(training: string): Promise<void> {
    const which = { member_id: this.about.member.id, training };
    const removed = await attempt(() => this.api.act<Removed>("remove_trained", which));
    if (!removed) return;
    const again = () => this.dispatchEvent(new CustomEvent("at-saved"));
    again();
    removedToast(this.api, t("members.taken_back", { name: training }), removed, again);
  }
}
