import { html, LitElement } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../../api/api";
import { findMembers } from "../../api/members";
import "../../elements/at-form-dialog";
import "../../elements/at-member-picker";
import type { Person } from "../../elements/at-member-picker";
import { toast } from "../../elements/at-toasts";
import { t } from "../../i18n/text";

/** Choose whose card it is; `at-saved` tells that they have it. */
@customElement("atelier-give-dialog")
export class GiveDialog extends LitElement {
  @property({ attribute: false }) api!: Api;
  @property() card = "";
  @state() private member: Person | null = null;

  protected override render() {
    return html`
      <at-form-dialog
        heading=${t("unknown.give_heading", { card: this.card })}
        action=${t("unknown.give_action")}
        .save=${() => this.save()}
        @at-close=${() => this.dispatchEvent(new CustomEvent("at-close"))}
      >
        <at-member-picker
          required
          label=${t("common.member")}
          .find=${findMembers(this.api)}
          .value=${this.member}
          @at-change=${(event: CustomEvent<Person | null>) => {
            this.member = event.detail;
          }}
        ></at-member-picker>
      </at-form-dialog>
    `;
  }

  private async save(): Promise<void> {
    await this.api.act("add_card", { member_id: this.member?.id, card: this.card });
    toast(t("unknown.given", { who: this.member?.name ?? "" }));
    this.dispatchEvent(new CustomEvent("at-saved"));
  }
}
