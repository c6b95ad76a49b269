import { html, LitElement } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../../elements/at-checkbox";
import "../../elements/at-form-dialog";
import { t } from "../../i18n/text";
import { askKey } from "../ask-key";
import type { ForgeDoor } from "../door";
import type { Places } from "../places";
import type { Job } from "../types";

/** Build several profiles as one job. */
@customElement("forge-batch-dialog")
export class BatchDialog extends LitElement {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) places!: Places;
  @property({ attribute: false }) ids: string[] = [];
  @state() private failFast = false;
  @state() private rebuild = false;
  private key = askKey();

  protected override render() {
    return html`<at-form-dialog
      heading=${t("forge_profiles.build_several", { n: this.ids.length })}
      action=${t("forge_profiles.build")}
      .save=${() => this.build()}
      @at-close=${() => this.dispatchEvent(new CustomEvent("at-close"))}
    >
      <div>${this.ids.join(", ")}</div>
      <at-checkbox
        label=${t("forge_profiles.fail_fast")}
        .value=${this.failFast}
        @at-change=${(event: CustomEvent<boolean>) => {
          this.failFast = event.detail;
        }}
      ></at-checkbox>
      <at-checkbox
        label=${t("forge_profiles.rebuild")}
        hint=${t("forge_profiles.rebuild_hint")}
        .value=${this.rebuild}
        @at-change=${(event: CustomEvent<boolean>) => {
          this.rebuild = event.detail;
        }}
      ></at-checkbox>
    </at-form-dialog>`;
  }

  private async build(): Promise<void> {
    const job = await this.door.request<Job>("POST", "/builds/batch", {
      body: {
        profile_ids: this.ids,
        mode: this.failFast ? "fail-fast" : "best-effort",
        rebuild: this.rebuild,
      },
      idempotencyKey: this.key,
    });
    this.places.go(["jobs", job.id]);
  }
}
