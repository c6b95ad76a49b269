import { mdiHammerWrench } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../../elements/at-button";
import "../../elements/at-checkbox";
import "../../elements/at-dialog";
import { toast } from "../../elements/at-toasts";
import { base } from "../../elements/styles";
import { failureText } from "../../i18n/failures";
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
export class BuildDialog extends LitElement {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) feed!: Feed;
  @property({ attribute: false }) places!: Places;
  @property() profileId = "";
  @state() private rebuild = false;
  @state() private busy = false;
  @state() private failed = "";
  /** Its packages cannot be had together: building would end in the same way. */
  @state() private hopeless = false;
  private key = askKey();

  static override styles = [
    base,
    css`
      .stack {
        display: grid;
        gap: 16px;
      }
      .failed {
        color: var(--error-color);
      }
      p {
        margin: 0;
      }
    `,
  ];

  protected override render() {
    const close = () => this.dispatchEvent(new CustomEvent("at-close"));
    return html`<at-dialog
      wide
      heading=${t("forge_profiles.build_this", { name: this.profileId })}
      ?busy=${this.busy}
      @at-close=${close}
    >
      <div class="stack">
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
        ${this.failed ? html`<p class="failed" role="alert">${this.failed}</p>` : nothing}
      </div>
      <at-button slot="actions" kind="quiet" ?disabled=${this.busy} @click=${close}>
        ${t("common.cancel")}
      </at-button>
      <at-button
        slot="actions"
        kind="primary"
        .icon=${mdiHammerWrench}
        ?busy=${this.busy}
        ?disabled=${this.hopeless}
        @click=${this.build}
      >
        ${t("forge_profiles.build")}
      </at-button>
    </at-dialog>`;
  }

  private checked = (event: CustomEvent<Job>): void => {
    this.hopeless = event.detail.error?.code.startsWith("build.") ?? false;
  };

  private build = async (): Promise<void> => {
    this.busy = true;
    this.failed = "";
    try {
      const started = await this.door.request<Started>("POST", "/builds", {
        body: { profile_id: this.profileId, ...(this.rebuild ? { rebuild: true } : {}) },
        idempotencyKey: this.key,
      });
      if (started.hit) toast(t("forge_profiles.was_built"));
      this.places.go(["builds", started.build.id]);
    } catch (error) {
      this.failed = failureText(error);
    }
    this.busy = false;
  };
}
