import { mdiHammerWrench } from "@mdi/js";
import { html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../../elements/at-button";
import "../../elements/at-checkbox";
import { toast } from "../../elements/at-toasts";
import { Dialog } from "../../elements/dialog";
import { t } from "../../i18n/text";
import { askKey } from "../ask-key";
import type { Started } from "../builds/build";
import type { ForgeDoor } from "../door";
import type { Feed } from "../feed";
import type { Places } from "../places";
import type { Job } from "../types";
import "./package-check";

/** Build a profile, after a look at the packages that its image would hold. */
@customElement("forge-build-dialog")
export class BuildDialog extends Dialog {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) feed!: Feed;
  @property({ attribute: false }) places!: Places;
  @property() profileId = "";
  @state() private rebuild = false;
  /** Its packages cannot be had together: building would end in the same way. */
  @state() private hopeless = false;
  private key = askKey();

  protected override render() {
    return this.framed(
      t("forge_profiles.build_this", { name: this.profileId }),
      html`
        <p>${t("forge_profiles.plan_about")}</p>
        <forge-package-check
          eager
          .door=${this.door}
          .feed=${this.feed}
          .places=${this.places}
          .about=${{ profile_id: this.profileId }}
          @at-checked=${this.checked}
        ></forge-package-check>
        <at-checkbox
          label=${t("forge_profiles.rebuild")}
          hint=${t("forge_profiles.rebuild_hint")}
          .value=${this.rebuild}
          @at-change=${(event: CustomEvent<boolean>) => {
            this.rebuild = event.detail;
            this.key = askKey();
          }}
        ></at-checkbox>
        ${this.refusal()}
      `,
      html`${this.closing()}
        <at-button
          slot="actions"
          kind="primary"
          .icon=${mdiHammerWrench}
          ?busy=${this.busy}
          ?disabled=${this.hopeless}
          @click=${this.build}
        >
          ${t("forge_profiles.build")}
        </at-button>`,
      true,
    );
  }

  private checked = (event: CustomEvent<Job>): void => {
    this.hopeless = event.detail.error?.code.startsWith("build.") ?? false;
  };

  private build(): Promise<boolean> {
    const body = { profile_id: this.profileId, ...(this.rebuild ? { rebuild: true } : {}) };
    const asked = { body, idempotencyKey: this.key };
    return this.work(async () => {
      const started = await this.door.request<Started>("POST", "/builds", asked);
      if (started.hit) toast(t("forge_profiles.was_built"));
      this.places.go(["builds", started.build.id]);
    });
  }
}
