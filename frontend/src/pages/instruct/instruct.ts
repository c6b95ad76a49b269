import { mdiCertificate, mdiKeyMinus, mdiKeyPlus } from "@mdi/js";
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { Facts } from "../../api/types";
import "../../elements/at-button";
import "../../elements/at-checkbox";
import "../../elements/at-datetime";
import "../../elements/at-member-picker";
import type { Person } from "../../elements/at-member-picker";
import "../../elements/at-note";
import { attempt, toast } from "../../elements/at-toasts";
import { LoadedPage } from "../../frame/loaded-page";
import { t } from "../../i18n/text";

/** What an instructor does for others, within what they instruct. */
@customElement("atelier-instruct")
export class InstructPage extends LoadedPage<Facts> {
  @state() private member: Person | null = null;
  @state() private until: string | null = null;
  @state() private busy = false;

  static override styles = [
    LoadedPage.styles,
    css`
      .narrow {
        max-width: 640px;
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        align-items: center;
        padding: 6px 0;
      }
      .line span {
        flex: 1 1 200px;
        overflow-wrap: anywhere;
      }
    `,
  ];

  protected override ask(): Promise<Facts> {
    return this.api.facts();
  }

  protected override content(facts: Facts) {
    return html`
      <div class="narrow stack">
        <h1>${t("instruct.title")}</h1>
        <at-member-picker
          label=${t("instruct.whom")}
          .find=${(search: string) => this.api.findToInstruct(search)}
          .value=${this.member}
          @at-change=${(event: CustomEvent<Person | null>) => {
            this.member = event.detail;
          }}
        ></at-member-picker>
        ${this.member ? this.offers(facts, this.member) : nothing}
      </div>
    `;
  }

  private offers(facts: Facts, member: Person) {
    const who = member.name;
    return html`
      <section class="card">
        <h2>${t("instruct.trainings")}</h2>
        ${facts.trainings.map(
          ({ name }) => html`<div class="line">
            <span>${name}</span>
            <at-button
              .icon=${mdiCertificate}
              ?disabled=${this.busy}
              @click=${() =>
                this.act(
                  "record_training",
                  { training: name },
                  t("instruct.learnt", { who, name }),
                )}
            >
              ${t("instruct.record")}
            </at-button>
          </div>`,
        )}
      </section>
      <section class="card">
        <h2>${t("instruct.permissions")}</h2>
        <at-datetime
          label=${t("instruct.until")}
          hint=${t("instruct.until_hint")}
          .value=${this.until}
          @at-change=${(event: CustomEvent<string | null>) => {
            this.until = event.detail;
          }}
        ></at-datetime>
        ${facts.types.map(({ name }) => this.grant(name, { type: name }, who))}
        ${facts.machines.map(({ id, name }) => this.grant(name, { machine_id: id }, who))}
      </section>
    `;
  }

  private grant(name: string, target: { type: string } | { machine_id: number }, who: string) {
    const granted = t("instruct.granted", { who, name });
    const revoked = t("instruct.revoked", { who, name });
    return html`<div class="line">
      <span>${"type" in target ? t("instruct.all_of", { name }) : name}</span>
      <at-button
        .icon=${mdiKeyPlus}
        ?disabled=${this.busy}
        @click=${() =>
          this.act("grant_permission", { ...target, until: this.until ?? undefined }, granted)}
      >
        ${t("instruct.grant")}
      </at-button>
      <at-button
        kind="quiet"
        .icon=${mdiKeyMinus}
        ?disabled=${this.busy}
        @click=${() => this.act("revoke_permission", target, revoked)}
      >
        ${t("instruct.revoke")}
      </at-button>
    </div>`;
  }

  private async act(action: string, data: Record<string, unknown>, done: string): Promise<void> {
    this.busy = true;
    await attempt(async () => {
      await this.api.act(action, { member_id: this.member?.id, ...data });
      toast(done);
    });
    this.busy = false;
  }
}
