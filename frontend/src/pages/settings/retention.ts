import { mdiBroom } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../../api/api";
import type { Settings } from "../../api/types";
import "../../elements/at-button";
import { confirmed } from "../../elements/at-confirm";
import "../../elements/at-note";
import "../../elements/at-number";
import { attempt, toast } from "../../elements/at-toasts";
import { validateAll } from "../../elements/field";
import { base, page } from "../../elements/styles";
import { number } from "../../i18n/format";
import { t } from "../../i18n/text";

type Days = Pick<Settings, "uses_days" | "cards_days">;

const FIELDS = ["uses_days", "cards_days"] as const;

/** For how long who did what is remembered. */
@customElement("atelier-retention")
export class Retention extends LitElement {
  @property({ attribute: false }) api!: Api;
  @state() private settings?: Settings;
  @state() private days: Record<keyof Days, number | null> = { uses_days: null, cards_days: null };
  @state() private busy = false;

  static override styles = [
    base,
    page,
    css`
      .stack {
        max-width: 480px;
      }
      .bar {
        margin: 0;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void attempt(async () => this.take(await this.api.settings()));
  }

  protected override render() {
    const { settings } = this;
    return html`<section class="card">
      <h2>${t("settings.retention")}</h2>
      <p class="muted">${t("settings.retention_about")}</p>
      ${settings ? this.form(settings) : html`<at-note kind="loading"></at-note>`}
    </section>`;
  }

  private form(settings: Settings) {
    const changed = FIELDS.some((name) => this.days[name] !== settings[name]);
    return html`<div class="stack">
      ${FIELDS.map(
        (name) => html`<at-number
          required
          min="1"
          max="36500"
          label=${t(`settings.${name}`)}
          hint=${t(`settings.${name}_hint`)}
          .value=${this.days[name]}
          @at-change=${(event: CustomEvent<number | null>) => {
            this.days = { ...this.days, [name]: event.detail };
          }}
        ></at-number>`,
      )}
      <div class="bar">
        <at-button kind="primary" ?busy=${this.busy} ?disabled=${!changed} @click=${this.save}>
          ${t("common.save")}
        </at-button>
        <at-button .icon=${mdiBroom} ?busy=${this.busy} ?disabled=${changed} @click=${this.purge}>
          ${t("settings.purge")}
        </at-button>
      </div>
      <p class="muted">
        ${t(`settings.ledger_${settings.ledger}`)}
        ${settings.machine_prefix ? t("settings.prefix", { prefix: settings.machine_prefix }) : nothing}
      </p>
    </div>`;
  }

  private take(settings: Settings): void {
    this.settings = settings;
    this.days = { uses_days: settings.uses_days, cards_days: settings.cards_days };
  }

  private async save(): Promise<void> {
    if (!validateAll(this.renderRoot)) return;
    this.busy = true;
    await attempt(async () => {
      const { uses_days, cards_days } = this.days;
      this.take(await this.api.setSettings(Number(uses_days), Number(cards_days)));
      toast(t("common.saved"));
    });
    this.busy = false;
  }

  private async purge(): Promise<void> {
    const sure = await confirmed(this, {
      heading: t("settings.purge_heading"),
      text: t("settings.purge_text"),
      action: t("settings.purge"),
      danger: true,
    });
    if (!sure) return;
    this.busy = true;
    await attempt(async () => {
      type Report = { forgotten: Record<string, number> };
      const { forgotten } = await this.api.act<Report>("purge");
      toast(
        t("settings.purged", {
          uses: number(forgotten.uses ?? 0),
          cards: number(forgotten.unknown_cards ?? 0),
        }),
      );
    });
    this.busy = false;
  }
}
