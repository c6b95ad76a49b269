import { html, LitElement } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../../api/api";
import { findMembers } from "../../api/members";
import "../../elements/at-form-dialog";
import "../../elements/at-member-picker";
import type { Person } from "../../elements/at-member-picker";
import { t } from "../../i18n/text";

/** Choose a member, for what `save` does with them. */
@customElement("atelier-choose-member")
export class ChooseMember extends LitElement {
  @property({ attribute: false }) api!: Api;
  @property() heading = "";
  @property() action = "";
  @property({ attribute: false }) save!: (member: Person) => Promise<unknown>;
  @state() private member: Person | null = null;

  protected override render() {
    return html`
      <at-form-dialog
        heading=${this.heading}
        action=${this.action}
        .save=${async () => this.member && this.save(this.member)}
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
}
