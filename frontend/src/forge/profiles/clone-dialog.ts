import { html, LitElement } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../../elements/at-form-dialog";
import "../../elements/at-text";
import { t } from "../../i18n/text";
import type { ForgeDoor } from "../door";
import type { Places } from "../places";
import { type Kept, type Profile, suggestedId } from "./profile";
import { wrongWord } from "./wrong";

/** Copy a profile under another id. */
@customElement("forge-clone-dialog")
export class CloneDialog extends LitElement {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) places!: Places;
  @property({ attribute: false }) profile!: Profile;
  @state() private name = "";
  @state() private newId = "";
  @state() private device = "";
  @state() private tried = false;
  private ownId = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.name = t("forge_profiles.copy_of", { name: this.profile.name });
    this.newId = suggestedId(this.name);
    this.device = this.profile.device_id;
  }

  protected override render() {
    return html`<at-form-dialog
      heading=${t("forge_profiles.clone")}
      action=${t("forge_profiles.clone")}
      .save=${() => this.save()}
      @at-close=${() => this.dispatchEvent(new CustomEvent("at-close"))}
    >
      <at-text
        required
        label=${t("forge_profiles.field.name")}
        maxlength="255"
        .value=${this.name}
        error=${this.wrong("name", this.name)}
        @at-change=${(event: CustomEvent<string>) => {
          this.name = event.detail;
          if (!this.ownId) this.newId = suggestedId(this.name);
        }}
      ></at-text>
      <at-text
        required
        label=${t("forge_profiles.field.profile_id")}
        hint=${t("forge_profiles.hint.profile_id")}
        maxlength="255"
        .value=${this.newId}
        error=${this.wrong("profile_id", this.newId)}
        @at-change=${(event: CustomEvent<string>) => {
          this.newId = event.detail;
          this.ownId = true;
        }}
      ></at-text>
      <at-text
        required
        label=${t("forge_profiles.field.device_id")}
        hint=${t("forge_profiles.hint.device_id")}
        maxlength="255"
        .value=${this.device}
        error=${this.wrong("device_id", this.device)}
        @at-change=${(event: CustomEvent<string>) => {
          this.device = event.detail;
        }}
      ></at-text>
    </at-form-dialog>`;
  }

  private wrong(field: string, value: string): string {
    return this.tried || value ? wrongWord(field, value) : "";
  }

  private async save(): Promise<void> {
    this.tried = true;
    const path = `/profiles/${encodeURIComponent(this.profile.profile_id)}/clone`;
    const kept = await this.door.request<Kept>("POST", path, {
      body: { profile_id: this.newId, name: this.name, device_id: this.device },
    });
    this.places.go(["profiles", kept.profile.profile_id]);
  }
}
