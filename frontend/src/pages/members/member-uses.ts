import { html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Api } from "../../api/api";
import "../../elements/at-chip";
import "../../elements/at-note";
import "../../elements/at-table";
import type { Column } from "../../elements/at-table";
import { Listing } from "../../elements/listing";
import { base, page } from "../../elements/styles";
import { dateTime, hours } from "../../i18n/format";
import { t } from "../../i18n/text";
import { lasted, type Use } from "../uses/use";

/** The latest uses of a member. */
@customElement("atelier-member-uses")
export class MemberUses extends LitElement {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) number = 0;

  private list = new Listing<Use, object>(this, {
    filters: {},
    limit: 10,
    load: ({ offset, limit }) =>
      this.api.page("list_uses", "uses", { offset, limit, member_id: this.number }),
  });

  static override styles = [base, page];

  protected override render() {
    return html`<section class="card">
      <h2>${t("members.uses")}</h2>
      <at-table
        label=${t("members.uses")}
        .columns=${columns()}
        .listing=${this.list}
        .rows=${this.list.rows}
      >
        <at-note slot="empty">${t("members.no_uses")}</at-note>
      </at-table>
    </section>`;
  }
}

function columns(): Column<Use>[] {
  return [
    {
      key: "machine",
      label: t("uses.machine"),
      phone: "heading",
      cell: (use) => use.machine ?? use.machine_id,
    },
    { key: "start", label: t("uses.start"), cell: ({ start }) => dateTime(start) },
    {
      key: "end",
      label: t("uses.end"),
      cell: ({ end }) =>
        end ? dateTime(end) : html`<at-chip tone="good">${t("uses.lasts")}</at-chip>`,
    },
    { key: "hours", label: t("uses.hours"), end: true, cell: (use) => hours(lasted(use) / 3600) },
  ];
}
