import { mdiArrowLeft, mdiChevronLeft, mdiChevronRight, mdiContentSave, mdiUndo } from "@mdi/js";
import { html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../../api/api";
import { fullName } from "../../api/members";
import type { Facts, Member, Removed } from "../../api/types";
import "../../elements/at-button";
import "../../elements/at-datetime";
import "../../elements/at-menu";
import "../../elements/at-note";
import "../../elements/at-search";
import "../../elements/at-select";
import { attempt, removedToast, toast } from "../../elements/at-toasts";
import { Listing } from "../../elements/listing";
import { base, page } from "../../elements/styles";
import { goTo } from "../../frame/route";
import { failureText } from "../../i18n/failures";
import { dateTime, number } from "../../i18n/format";
import { t } from "../../i18n/text";
import type { Permission } from "./about";
import { matrix } from "./matrix-style";
import {
  cellOf,
  changesOf,
  grantedCells,
  type Pending,
  type Target,
  targetsOf,
  wanted,
} from "./pending";

interface Row extends Member {
  permissions: Permission[];
}

const STEPS: Record<string, [number, number]> = {
  ArrowRight: [0, 1],
  ArrowLeft: [0, -1],
  ArrowDown: [1, 0],
  ArrowUp: [-1, 0],
};

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
        type Members = { total: number; members: Member[] };
        const asked = { offset, limit, ...filters };
        const { total, members } = await this.api.act<Members>("list_members", asked);
        const ids = members.map(({ id }) => id);
        type Permissions = { permissions: Permission[] };
        const { permissions } = ids.length
          ? await this.api.act<Permissions>("list_permissions", { member_ids: ids })
          : { permissions: [] };
        const rows = members.map((member) => ({
          ...member,
          permissions: permissions.filter(({ member_id }) => member_id === member.id),
        }));
        return { total, rows };
      },
    },
  );

  static override styles = [base, page, matrix];

  protected override render() {
    const { list } = this;
    return html`
      <div class="bar">
        <at-button
          kind="quiet"
          .icon=${mdiArrowLeft}
          label=${t("members.all")}
          @click=${() => goTo("members")}
        ></at-button>
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
      <div class="scroll" tabindex="-1" @keydown=${this.pressed}>
        <table aria-label=${t("members.matrix")} aria-busy=${list.loading}>
          <thead>
            <tr>
              <th class="who">
                <label>
                  <input
                    type="checkbox"
                    .checked=${list.rows.every(({ id }) => this.chosen.has(id))}
                    @change=${(event: Event) =>
                      this.choose(list.rows, (event.target as HTMLInputElement).checked)}
                  />
                  ${t("members.choose_all")}
                </label>
              </th>
              ${targets.map((target) => this.heading(target, granted))}
            </tr>
          </thead>
          <tbody>
            ${list.rows.map((row, index) => this.row(row, index, targets, granted))}
          </tbody>
        </table>
      </div>
      ${this.pager()}
    `;
  }

  private heading(target: Target, granted: Map<string, Permission>) {
    const all = (shall: boolean) => () => {
      const rows = this.list.rows.filter(({ id }) => this.chosen.has(id));
      for (const { id } of rows) this.want(cellOf(id, target), granted, shall);
    };
    const name =
      target.type_id === undefined ? target.name : t("members.all_of", { name: target.name });
    return html`<th scope="col" class=${target.type_id === undefined ? "" : "type"}>
      <span>${name}</span>
      <at-menu
        label=${t("members.for_chosen", { name })}
        .items=${[
          { label: t("members.grant_chosen"), disabled: !this.chosen.size, run: all(true) },
          { label: t("members.revoke_chosen"), disabled: !this.chosen.size, run: all(false) },
        ]}
      ></at-menu>
    </th>`;
  }

  private row(row: Row, index: number, targets: Target[], granted: Map<string, Permission>) {
    return html`<tr>
      <th scope="row" class="who">
        <label>
          <input
            type="checkbox"
            .checked=${this.chosen.has(row.id)}
            @change=${(event: Event) =>
              this.choose([row], (event.target as HTMLInputElement).checked)}
          />
          <span>${fullName(row)} <small class="muted">${row.role}</small></span>
        </label>
      </th>
      ${targets.map((target, column) => {
        const cell = cellOf(row.id, target);
        const held = granted.get(cell);
        const shall = this.pending.get(cell);
        const on = shall ?? held !== undefined;
        return html`<td class=${shall === undefined ? "" : "changed"}>
          <button
            role="checkbox"
            aria-checked=${on}
            aria-label="${fullName(row)}, ${target.name}"
            title=${held?.until ? t("members.until_moment", { when: dateTime(held.until) }) : nothing}
            data-at="${index}/${column}"
            @click=${() => this.want(cell, granted, !on)}
          >
            ${on ? (held?.until && shall === undefined ? "◷" : "✓") : ""}
          </button>
        </td>`;
      })}
    </tr>`;
  }

  private pager() {
    const { offset, limit, total, rows, loading } = this.list;
    const facts = {
      from: number(offset + 1),
      to: number(offset + rows.length),
      total: number(total),
    };
    return html`<nav class="bar pager" aria-label=${t("members.matrix")}>
      <span role="status">${t("common.page", facts)}</span>
      <at-button
        .icon=${mdiChevronLeft}
        label=${t("common.previous")}
        ?disabled=${loading || offset === 0}
        @click=${() => this.list.go(offset - limit)}
      ></at-button>
      <at-button
        .icon=${mdiChevronRight}
        label=${t("common.next")}
        ?disabled=${loading || offset + limit >= total}
        @click=${() => this.list.go(offset + limit)}
      ></at-button>
    </nav>`;
  }

  private choose(rows: Row[], chosen: boolean): void {
    const next = new Set(this.chosen);
    for (const { id } of rows) {
      if (chosen) next.add(id);
      else next.delete(id);
    }
    this.chosen = next;
  }

  private want(cell: string, granted: Map<string, Permission>, shall: boolean): void {
    this.pending = wanted(this.pending, cell, granted.has(cell), shall);
  }

  private pressed(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    const from = (event.composedPath()[0] as HTMLElement).dataset?.at;
    if (!step || !from) return;
    const [row = 0, column = 0] = from.split("/").map(Number);
    const to = `[data-at="${row + step[0]}/${column + step[1]}"]`;
    this.renderRoot.querySelector<HTMLElement>(to)?.focus();
    event.preventDefault();
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
