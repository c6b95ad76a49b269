import { mdiContentCopy } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../../api/api";
import { failure } from "../../api/errors";
import type { MachineView } from "../../api/types";
import "../../elements/at-button";
import "../../elements/at-dialog";
import { base } from "../../elements/styles";
import { failureText } from "../../i18n/failures";
import { t } from "../../i18n/text";

/** Make the key that a gate's lists are signed with, and show it this once. */
@customElement("atelier-key-dialog")
export class KeyDialog extends LitElement {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) machine!: MachineView;
  @state() private key = "";
  @state() private busy = false;
  @state() private refused = "";
  /** Whether there is a key that a new one would take the place of. */
  @state() private replaces = false;

  static override styles = [
    base,
    css`
      code {
        display: block;
        margin: 12px 0;
        padding: 12px;
        border-radius: 8px;
        background: var(--secondary-background-color);
        font-size: 1rem;
        overflow-wrap: anywhere;
        user-select: all;
      }
      .refused {
        color: var(--error-color);
      }
    `,
  ];

  protected override render() {
    const facts = { machine: this.machine.name };
    return html`<at-dialog
      heading=${t("machines.key_heading", facts)}
      ?busy=${this.busy}
      @at-close=${this.close}
    >
      ${
        this.key
          ? html`<p>${t("machines.key_shown")}</p>
              <code>${this.key}</code>`
          : html`<p>${t("machines.key_about")}</p>`
      }
      ${this.refused ? html`<p class="refused" role="alert">${this.refused}</p>` : nothing}
      ${
        this.key
          ? html`<at-button slot="actions" .icon=${mdiContentCopy} @click=${this.copy}>
              ${t("machines.key_copy")}
            </at-button>`
          : html`<at-button
              slot="actions"
              kind=${this.replaces ? "danger" : "primary"}
              ?busy=${this.busy}
              @click=${this.make}
            >
              ${t(this.replaces ? "machines.key_replace" : "machines.key_make")}
            </at-button>`
      }
      <at-button slot="actions" kind="quiet" ?disabled=${this.busy} @click=${this.close}>
        ${t("common.close")}
      </at-button>
    </at-dialog>`;
  }

  private async make(): Promise<void> {
    this.busy = true;
    this.refused = "";
    try {
      const made = await this.api.act<{ key: string }>("make_gate_key", {
        machine_id: this.machine.id,
        replace: this.replaces,
      });
      this.key = made.key;
    } catch (error) {
      this.replaces = failure(error).code === "gate_has_key";
      this.refused = failureText(error);
    }
    this.busy = false;
  }

  private async copy(): Promise<void> {
    // Only where the page came over HTTPS or from this computer; else it can be marked by a click.
    await navigator.clipboard?.writeText(this.key);
  }

  private close(): void {
    this.dispatchEvent(new CustomEvent("at-close"));
  }
}
