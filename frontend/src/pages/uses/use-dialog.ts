import { html, LitElement, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../../api/api";
import { findMembers } from "../../api/members";
import "../../elements/at-datetime";
import "../../elements/at-form-dialog";
import "../../elements/at-member-picker";
import type { Person } from "../../elements/at-member-picker";
import "../../elements/at-select";
import { toast } from "../../elements/at-toasts";
import { t } from "../../i18n/text";
import type { Use } from "./use";

interface Draft {
  machine: string;
  member: Person | null;
  start: string | null;
  end: string | null;
}

/** Add a use that no board told of, or correct one; `at-saved` tells that it is kept. */
@customElement("atelier-use-dialog")
export class UseDialog extends LitElement {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) machines: { id: number; name: string }[] = [];
  @property({ attribute: false }) use: Use | undefined;
  @state() private draft!: Draft;

  protected override willUpdate(_changes: PropertyValues): void {
    this.draft ??= this.begun();
  }

  private begun(): Draft {
    const use = this.use;
    const known = use?.member_id != null;
    return {
      machine: use ? String(use.machine_id) : "",
      member: known ? { id: use.member_id as number, name: use.member_name ?? "" } : null,
      start: use?.start ?? null,
      end: use?.end ?? null,
    };
  }

  protected override render() {
    const { draft, use } = this;
    return html`
      <at-form-dialog
        heading=${use ? t("uses.correct_heading") : t("uses.add")}
        .save=${() => this.save()}
        @at-close=${() => this.dispatchEvent(new CustomEvent("at-close"))}
      >
        <at-select
          required
          label=${t("uses.machine")}
          ?disabled=${use !== undefined}
          .value=${draft.machine}
          .options=${this.machines.map(({ id, name }) => ({ value: String(id), label: name }))}
          @at-change=${(event: CustomEvent<string>) => this.set({ machine: event.detail })}
        ></at-select>
        <at-member-picker
          label=${t("common.member")}
          hint=${t("uses.member_hint")}
          .find=${findMembers(this.api)}
          .value=${draft.member}
          @at-change=${(event: CustomEvent<Person | null>) => this.set({ member: event.detail })}
        ></at-member-picker>
        ${(["start", "end"] as const).map(
          (name) => html`<at-datetime
            required
            label=${t(`uses.${name}`)}
            .value=${draft[name]}
            @at-change=${(event: CustomEvent<string | null>) => this.set({ [name]: event.detail })}
          ></at-datetime>`,
        )}
      </at-form-dialog>
    `;
  }

  private set(change: Partial<Draft>): void {
    this.draft = { ...this.draft, ...change };
  }

  private async save(): Promise<void> {
    const { machine, member, start, end } = this.draft;
    const { use } = this;
    if (use) {
      await this.api.act("correct_use", {
        use_id: use.id,
        version: use.version,
        member_id: member?.id,
        // What was not touched keeps its seconds, which no field shows.
        start: start === use.start ? undefined : start,
        end: end === use.end ? undefined : end,
      });
    } else {
      const machine_id = Number(machine);
      await this.api.act("record_use", { machine_id, member_id: member?.id, start, end });
    }
    toast(t("common.saved"));
    this.dispatchEvent(new CustomEvent("at-saved"));
  }
}

declare global {
  interface HTMLElementEventMap {
    "at-saved": CustomEvent;
  }
}
