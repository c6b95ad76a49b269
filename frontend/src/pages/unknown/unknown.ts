import { mdiAccountPlus, mdiCardAccountDetails, mdiDelete } from "@mdi/js";
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import "../../elements/at-button";
import type { Person } from "../../elements/at-member-picker";
import "../../elements/at-menu";
import "../../elements/at-note";
import "../../elements/at-search";
import "../../elements/at-table";
import type { Column } from "../../elements/at-table";
import { attempt, toast } from "../../elements/at-toasts";
import { Listing } from "../../elements/listing";
import { FactsPage } from "../../frame/facts-page";
import { goTo } from "../../frame/route";
import { ago, dateTime, number } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Happened } from "../machines/happened";
import "../members/choose-member";

export interface UnknownCard {
  /** A card shown at two machines is two rows. */
  id?: never;
  card: string;
  machine_id: number;
  first: string;
  last: string;
  count: number;
}

/** Cards that nobody knows, to be given to members or forgotten. */
@customElement("atelier-unknown")
export class UnknownPage extends FactsPage {
  /** The card that is being given to somebody. */
  @state() private giving: string | null = null;

  private list = new Listing<UnknownCard, { search?: string | undefined }>(this, {
    filters: {},
    load: ({ offset, limit, filters }) =>
      this.api.page("list_unknown_cards", "cards", { offset, limit, ...filters }),
  });

  constructor() {
    super();
    new Happened(this, ["unknown_card"], () => void this.list.reload());
  }

  protected override render() {
    return html`
      <div class="bar">
        <h1 class="grow">${t("unknown.title")}</h1>
        <at-search
          label=${t("unknown.search")}
          .value=${this.list.filters.search ?? ""}
          @at-change=${(event: CustomEvent<string>) =>
            this.list.filter({ search: event.detail || undefined })}
        ></at-search>
      </div>
      <p class="muted">${t("unknown.about")}</p>
      <at-table
        label=${t("unknown.title")}
        .key=${(row: UnknownCard) => `${row.card}/${row.machine_id}`}
        .columns=${this.columns()}
        .listing=${this.list}
        .rows=${this.list.rows}
      >
        <at-note slot="empty">${t("unknown.none")}</at-note>
      </at-table>
      ${this.giving === null ? nothing : this.dialog(this.giving)}
    `;
  }

  /** Ask whose card it is. */
  private dialog(card: string) {
    return html`<atelier-choose-member
      .api=${this.api}
      heading=${t("unknown.give_heading", { card })}
      action=${t("unknown.give_action")}
      .save=${(member: Person) => this.giveTo(member, card)}
      @at-close=${() => this.give(null)}
    ></atelier-choose-member>`;
  }

  private columns(): Column<UnknownCard>[] {
    return [
      {
        key: "card",
        label: t("unknown.card"),
        phone: "heading",
        cell: ({ card }) => html`<code>${card}</code>`,
      },
      { key: "machine", label: t("unknown.machine"), cell: (row) => this.machine(row.machine_id) },
      {
        key: "last",
        label: t("unknown.last"),
        cell: ({ last }) => html`<span title=${dateTime(last)}>${ago(last)}</span>`,
      },
      { key: "count", label: t("unknown.count"), end: true, cell: ({ count }) => number(count) },
      { key: "do", label: "", phone: "actions", cell: (row) => this.actions(row) },
    ];
  }

  private actions({ card }: UnknownCard) {
    return html`
      <at-button .icon=${mdiAccountPlus} @click=${() => goTo("members", "new", card)}>
        ${t("unknown.new_member")}
      </at-button>
      <at-menu
        label=${t("unknown.more", { card })}
        .items=${[
          {
            label: t("unknown.give"),
            icon: mdiCardAccountDetails,
            run: () => this.give(card),
          },
          {
            label: t("unknown.dismiss"),
            icon: mdiDelete,
            danger: true,
            run: () => this.dismiss(card),
          },
        ]}
      ></at-menu>
    `;
  }

  private machine(id: number): string {
    return this.facts?.machines.find((machine) => machine.id === id)?.name ?? String(id);
  }

  private give(card: string | null): void {
    this.giving = card;
  }

  private async giveTo({ id, name }: Person, card: string): Promise<void> {
    await this.api.act("add_card", { member_id: id, card });
    toast(t("unknown.given", { who: name }));
    void this.list.reload();
  }

  private async dismiss(card: string): Promise<void> {
    await attempt(async () => {
      await this.api.act("dismiss_unknown_card", { card });
      toast(t("unknown.dismissed"));
    });
    void this.list.reload();
  }
}
