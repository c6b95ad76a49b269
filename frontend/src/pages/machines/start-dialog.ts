import { html, LitElement } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../../api/api";
import { findMembers } from "../../api/members";
import type { MachineView } from "../../api/types";
import "../../elements/at-form-dialog";
import "../../elements/at-member-picker";
import type { Person } from "../../elements/at-member-picker";
import { t } from "../../i18n/text";

/** Choose who is to be logged in at a machine. */
@customElement("atelier-start-dialog")
export class StartDialog extends LitElement {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) machine!: MachineView;
  @state() private member: Person | null = null;

  protected override render() {
    return html`
      <at-form-dialog
        heading=${t("machines.start_heading", { machine: this.machine.name })}
        action=${t("machines.start")}
        .save=${() =>
          this.api.act("start_machine", {
            machine_id: this.machine.id,
            member_id: this.member?.id,
          })}
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
