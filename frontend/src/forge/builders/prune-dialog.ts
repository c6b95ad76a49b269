import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../../elements/at-button";
import "../../elements/at-checkbox";
import "../../elements/at-number";
import "../../elements/at-select";
import { toast } from "../../elements/at-toasts";
import { Dialog } from "../../elements/dialog";
import { Loading } from "../../frame/loading";
import { failureText } from "../../i18n/failures";
import { bytes, number } from "../../i18n/format";
import { t } from "../../i18n/text";
import { askKey } from "../ask-key";
import type { ForgeDoor } from "../door";
import { type Builder, nameOf, type Pruned, type PruneWish, pruneBody } from "./builder";

const LONGEST_DAYS = 3650;

/** Delete Image Builders that are of no use any more, after a look at which they are. */
@customElement("forge-prune-dialog")
export class PruneDialog extends Dialog {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) releases: string[] = [];
  @state() private wish: PruneWish = { release: "", unused_days: 30, most_mb: null, force: false };
  /** What would be deleted. */
  private plan = new Loading<Pruned>(this, () =>
    this.door.request("POST", "/builders/prune/plan", { body: pruneBody(this.wish) }),
  );

  static override styles = [
    Dialog.styles,
    css`
      ul {
        margin: 4px 0 0;
        padding-left: 20px;
        overflow-wrap: anywhere;
      }
    `,
  ];

  private set(change: Partial<PruneWish>): void {
    this.wish = { ...this.wish, ...change };
    this.failed = undefined;
    this.plan.restart();
  }

  protected override render() {
    const going = this.plan.loaded?.pruned.length;
    return this.framed(
      t("forge_builders.prune"),
      this.fields(),
      html`${this.closing()}
        <at-button
          slot="actions"
          kind="danger"
          ?busy=${this.busy}
          ?disabled=${!going}
          @click=${this.prune}
        >
          ${going ? t("forge_builders.delete_these", { n: going }) : t("common.delete")}
        </at-button>`,
    );
  }

  private fields() {
    return html`
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
    `;
  }

  private told() {
    const failed = this.failed ?? this.plan.failed;
    if (failed !== undefined) return html`<p class="failed">${failureText(failed)}</p>`;
    const plan = this.plan.loaded;
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

  private async prune(): Promise<void> {
    const asked = { body: pruneBody(this.wish), idempotencyKey: askKey() };
    if (!(await this.work(() => this.door.request("POST", "/builders/prune", asked)))) return;
    toast(t("forge_builders.pruning"));
    this.close();
  }
}
