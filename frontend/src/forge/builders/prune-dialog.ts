import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../../elements/at-button";
import "../../elements/at-checkbox";
import "../../elements/at-dialog";
import "../../elements/at-number";
import "../../elements/at-select";
import { toast } from "../../elements/at-toasts";
import { base } from "../../elements/styles";
import { failureText } from "../../i18n/failures";
import { bytes, number } from "../../i18n/format";
import { t } from "../../i18n/text";
import { askKey } from "../ask-key";
import type { ForgeDoor } from "../door";
import { type Builder, nameOf, type Pruned, type PruneWish, pruneBody } from "./builder";

const LONGEST_DAYS = 3650;

/** Delete Image Builders that are of no use any more, after a look at which they are. */
@customElement("forge-prune-dialog")
export class PruneDialog extends LitElement {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) releases: string[] = [];
  @state() private wish: PruneWish = { release: "", unused_days: 30, most_mb: null, force: false };
  @state() private plan?: Pruned;
  @state() private failed = "";
  @state() private busy = false;
  private turn = 0;

  static override styles = [
    base,
    css`
      .stack {
        display: grid;
        gap: 16px;
      }
      ul {
        margin: 4px 0 0;
        padding-left: 20px;
        overflow-wrap: anywhere;
      }
      p {
        margin: 0;
      }
      .muted {
        color: var(--secondary-text-color);
      }
      .failed {
        color: var(--error-color);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
  }

  private set(change: Partial<PruneWish>): void {
    this.wish = { ...this.wish, ...change };
    void this.look();
  }

  /** Ask what would be deleted. */
  private async look(): Promise<void> {
    const turn = ++this.turn;
    this.plan = undefined;
    this.failed = "";
    try {
      const body = pruneBody(this.wish);
      const plan = await this.door.request<Pruned>("POST", "/builders/prune/plan", { body });
      if (turn === this.turn) this.plan = plan;
    } catch (error) {
      if (turn === this.turn) this.failed = failureText(error);
    }
  }

  protected override render() {
    const close = () => this.dispatchEvent(new CustomEvent("at-close"));
    return html`<at-dialog heading=${t("forge_builders.prune")} ?busy=${this.busy} @at-close=${close}>
      <div class="stack">
        <at-number
          label=${t("forge_builders.unused_days")}
          .max=${LONGEST_DAYS}
          .value=${this.wish.unused_days}
          @at-change=${(event: CustomEvent<number | null>) => this.set({ unused_days: event.detail })}
        ></at-number>
        <at-select
          label=${t("forge_builders.release")}
          any=${t("forge_profiles.any")}
          .value=${this.wish.release}
          .options=${this.releases.map((value) => ({ value, label: value }))}
          @at-change=${(event: CustomEvent<string>) => this.set({ release: event.detail })}
        ></at-select>
        <at-number
          label=${t("forge_builders.most_mb")}
          hint=${t("forge_builders.most_mb_hint")}
          .value=${this.wish.most_mb}
          @at-change=${(event: CustomEvent<number | null>) => this.set({ most_mb: event.detail })}
        ></at-number>
        <at-checkbox
          label=${t("forge_builders.force")}
          hint=${t("forge_builders.force_hint")}
          .value=${this.wish.force}
          @at-change=${(event: CustomEvent<boolean>) => this.set({ force: event.detail })}
        ></at-checkbox>
        <div role="status">${this.told()}</div>
      </div>
      <at-button slot="actions" kind="quiet" ?disabled=${this.busy} @click=${close}>
        ${t("common.cancel")}
      </at-button>
      <at-button
        slot="actions"
        kind="danger"
        ?busy=${this.busy}
        ?disabled=${!this.plan?.pruned.length}
        @click=${this.prune}
      >
        ${this.plan?.pruned.length ? t("forge_builders.delete_these", { n: this.plan.pruned.length }) : t("common.delete")}
      </at-button>
    </at-dialog>`;
  }

  private told() {
    if (this.failed) return html`<p class="failed">${this.failed}</p>`;
    const { plan } = this;
    if (!plan) return html`<p class="muted">${t("common.loading")}</p>`;
    return html`
      ${
        plan.pruned.length
          ? html`<p>${t("forge_builders.would_go", { n: number(plan.pruned.length), size: bytes(plan.freed) })}</p>
              ${this.names(plan.pruned)}`
          : html`<p>${t("forge_builders.nothing_goes")}</p>`
      }
      ${
        plan.kept.length
          ? html`<p class="muted">${t("forge_builders.stays", { n: number(plan.kept.length) })}</p>
              ${this.names(plan.kept)}`
          : nothing
      }
    `;
  }

  private names(builders: Builder[]) {
    return html`<ul>${builders.map((one) => html`<li>${nameOf(one)}</li>`)}</ul>`;
  }

  private prune = async (): Promise<void> => {
    this.busy = true;
    try {
      await this.door.request("POST", "/builders/prune", {
        body: pruneBody(this.wish),
        idempotencyKey: askKey(),
      });
      toast(t("forge_builders.pruning"));
      this.dispatchEvent(new CustomEvent("at-close"));
    } catch (error) {
      this.failed = failureText(error);
    }
    this.busy = false;
  };
}
