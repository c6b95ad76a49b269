import { mdiContentSave, mdiUndo } from "@mdi/js";
import { css, html, LitElement } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../../api/api";
import type { Facts, Member, Removed } from "../../api/types";
import "../../elements/at-button";
import "../../elements/at-datetime";
import "../../elements/at-note";
import "../../elements/at-search";
import "../../elements/at-select";
import { attempt, removedToast, toast } from "../../elements/at-toasts";
import { back } from "../../elements/back";
import { Listing } from "../../elements/listing";
import { pager, pagerStyle } from "../../elements/pager";
import { base, page } from "../../elements/styles";
import { goTo } from "../../frame/route";
import { failureText } from "../../i18n/failures";
import { number } from "../../i18n/format";
import { t } from "../../i18n/text";
import type { Permission } from "./about";
import "./matrix-table";
import type { Choice, Row, Want } from "./matrix-table";
import { changesOf, grantedCells, type Pending, targetsOf, wanted } from "./pending";

/** Who may use what: members by machines and types, changed in bulk and saved all at once. */
@customElement("atelier-matrix")
export class Matrix extends LitElement {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) facts!: Facts;
  @state() private pending: Pending = new Map();
  @state() private chosen: ReadonlySet<number> = new Set();
  @state() private until: string | null = null;
  @state() private busy = false;

  private list = new Listing<Row, { search?: string | undefined; role?: string | undefined }>(
    this,
    {
      filters: {},
      limit: 25,
      load: async ({ offset, limit, filters }) => {
        const asked = { offset, limit, ...filters };
        const { total, rows: members } = await this.api.page<Member>(
          "list_members",
          "members",
          asked,
        );
        const ids = members.map(({ id }) => id);
        type Permissions = { permissions: Permission[] };
        const { permissions } = ids.length
          ? await this.api.act<Permissions>("list_permissions", { member_ids: ids })
          : { permissions: [] };
        const listed = members.map((member) => ({
          ...member,
          permissions: permissions.filter(({ member_id }) => member_id === member.id),
        }));
        return { total, rows: listed };
      },
    },
  );

  static override styles = [
    base,
    page,
    pagerStyle,
    css`
      .bar {
        align-items: center;
      }
      .filters {
        align-items: start;
      }
      .filters > * {
        flex: 1 1 180px;
      }
    `,
  ];

  protected override render() {
    const { list } = this;
    return html`
      <div class="bar">
        ${back(t("members.all"), () => goTo("members"))}
        <h1 class="grow">${t("members.matrix")}</h1>
        <at-button
          .icon=${mdiUndo}
          ?disabled=${!this.pending.size || this.busy}
          @click=${() => {
            this.pending = new Map();
          }}
        >
          ${t("members.drop_changes")}
        </at-button>
        <at-button
          kind="primary"
          .icon=${mdiContentSave}
          ?disabled=${!this.pending.size}
          ?busy=${this.busy}
          @click=${this.save}
        >
          ${this.pending.size ? t("members.save_changes", { n: this.pending.size }) : t("common.save")}
        </at-button>
      </div>
      <div class="bar filters" role="search">
        <at-search
          label=${t("members.search")}
          .value=${list.filters.search ?? ""}
          @at-change=${(event: CustomEvent<string>) =>
            list.filter({ search: event.detail || undefined })}
        ></at-search>
        <at-select
          label=${t("members.role")}
          any=${t("members.any_role")}
          .value=${list.filters.role ?? ""}
          .options=${this.facts.roles.map(({ name }) => ({ value: name, label: name }))}
          @at-change=${(event: CustomEvent<string>) =>
            list.filter({ role: event.detail || undefined })}
        ></at-select>
        <at-datetime
          label=${t("members.grant_until")}
          hint=${t("members.until_hint")}
          .value=${this.until}
          @at-change=${(event: CustomEvent<string | null>) => {
            this.until = event.detail;
          }}
        ></at-datetime>
      </div>
      ${this.content()}
    `;
  }

  private content() {
    const { list } = this;
    if (list.error !== undefined) {
      return html`<at-note kind="error" @at-retry=${() => list.reload()}>
        ${failureText(list.error)}
      </at-note>`;
    }
    if (!list.loaded) return html`<at-note kind="loading"></at-note>`;
    const targets = targetsOf(this.facts);
    if (!list.total || !targets.length) return html`<at-note>${t("common.no_match")}</at-note>`;
    const granted = grantedCells(list.rows.flatMap(({ permissions }) => permissions));
    return html`
      <atelier-matrix-table
        .rows=${list.rows}
        .targets=${targets}
        .granted=${granted}
        .pending=${this.pending}
        .chosen=${this.chosen}
        ?loading=${list.loading}
        @at-choose=${(event: CustomEvent<Choice>) => this.choose(event.detail)}
        @at-want=${(event: CustomEvent<Want>) => this.want(event.detail, granted)}
      ></atelier-matrix-table>
      ${pager(list, t("members.matrix"))}
    `;
  }

  private choose({ rows, chosen }: Choice): void {
    const next = new Set(this.chosen);
    for (const { id } of rows) {
      if (chosen) next.add(id);
      else next.delete(id);
    }
    this.chosen = next;
  }

  private want({ cells, shall }: Want, granted: ReadonlyMap<string, Permission>): void {
    let { pending } = this;
    for (const cell of cells) pending = wanted(pending, cell, granted.has(cell), shall);
    this.pending = pending;
  }

  private async save(): Promise<void> {
    this.busy = true;
    await attempt(async () => {
      const changes = changesOf(this.pending, targetsOf(this.facts), this.until);
      type Answer = { granted: number; revoked: number; undo: Removed["undo"] | null };
      const { granted, revoked, undo } = await this.api.act<Answer>("set_permissions", { changes });
      this.pending = new Map();
      await this.list.reload();
      const text = t("members.changes_saved", {
        granted: number(granted),
        revoked: number(revoked),
      });
      if (undo) removedToast(this.api, text, { undo }, () => void this.list.reload());
      else toast(text);
    });
    this.busy = false;
  }
}
