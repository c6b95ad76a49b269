import { html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { forgeFailure } from "../../api/errors";
import "../../elements/at-chip";
import "../../elements/at-table";
import type { Column } from "../../elements/at-table";
import { Listing } from "../../elements/listing";
import { base, page } from "../../elements/styles";
import { failureText } from "../../i18n/failures";
import { ago, bytes, dateTime } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Calm } from "../calm";
import type { ForgeDoor } from "../door";
import { type Feed, Hearing } from "../feed";
import type { Places } from "../places";
import type { CardRecord } from "./card";

const TONES = {
  pending: "plain",
  running: "info",
  succeeded: "good",
  failed: "bad",
  cancelled: "warning",
} as const;

/** What was written to cards, newest first. */
@customElement("forge-record-list")
export class RecordList extends LitElement {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) feed!: Feed;
  @property({ attribute: false }) places!: Places;
  private list = new Listing<CardRecord, object>(this, {
    filters: {},
    limit: 20,
    load: async ({ limit, after }) => {
      const query = { limit: limit + 1, before: after?.id };
      type Told = { records: CardRecord[] };
      const { records } = await this.door.request<Told>("GET", "/flash/records", { query });
      return { rows: records.slice(0, limit), more: records.length > limit };
    },
  });
  private reload = new Calm(this, () => void this.list.reload());

  static override styles = [base, page];

  constructor() {
    super();
    new Hearing(this, (event) => {
      if (!event || event.data.kind === "flash.write") this.reload.call();
    });
  }

  protected override render() {
    const { list } = this;
    if (list.loaded && !list.rows.length && !list.offset) return nothing;
    return html`<h2>${t("forge_cards.records")}</h2>
      <at-table
        label=${t("forge_cards.records")}
        .columns=${this.columns()}
        .listing=${list}
        .rows=${list.rows}
      ></at-table>`;
  }

  private columns(): Column<CardRecord>[] {
    return [
      {
        key: "image",
        label: t("forge_cards.image"),
        phone: "heading",
        cell: ({ image_name, job_id }) =>
          job_id
            ? html`<a href=${this.places.address(["jobs", job_id])}>${image_name}</a>`
            : image_name,
      },
      {
        key: "device",
        label: t("forge_cards.card"),
        cell: ({
          device_model,
          device_path,
          device_serial,
          device_size,
        }) => html`<span class="stack">
          ${[device_model, device_path, bytes(device_size)].filter(Boolean).join(", ")}
          ${device_serial ? html`<span class="muted">${device_serial}</span>` : nothing}
        </span>`,
      },
      { key: "status", label: t("forge_cards.status"), cell: (record) => this.status(record) },
      {
        key: "when",
        label: t("forge_cards.confirmed"),
        cell: ({ confirmed_at, by }) => html`<span title=${dateTime(confirmed_at)}>
          ${ago(confirmed_at)}${by ? `, ${by}` : ""}
        </span>`,
      },
    ];
  }

  private status({ status, result, suspect, incomplete, unproved, error }: CardRecord) {
    const words =
      status === "succeeded" && result
        ? t(`forge_cards.outcome.${result}`)
        : t(`forge_cards.states.${status}`);
    return html`<span class="stack">
      <at-chip tone=${TONES[status]}>${words}</at-chip>
      ${suspect ? html`<at-chip tone="bad">${t("forge_cards.suspect")}</at-chip>` : nothing}
      ${incomplete ? html`<at-chip tone="warning">${t("forge_cards.incomplete")}</at-chip>` : nothing}
      ${unproved ? html`<at-chip tone="warning">${t("forge_cards.unproved")}</at-chip>` : nothing}
      ${error && status === "failed" ? html`<span class="muted">${failureText(forgeFailure(error))}</span>` : nothing}
    </span>`;
  }
}
