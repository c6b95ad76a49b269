import { mdiDelete, mdiPencil, mdiPlus } from "@mdi/js";
import { type CSSResultGroup, css, html, LitElement, nothing } from "lit";
import { property, state } from "lit/decorators.js";
import type { Api } from "../../api/api";
import type { Removed } from "../../api/types";
import "../../elements/at-button";
import { confirmed } from "../../elements/at-confirm";
import "../../elements/at-form-dialog";
import "../../elements/at-menu";
import "../../elements/at-note";
import "../../elements/at-text";
import { attempt, removedToast, toast } from "../../elements/at-toasts";
import { base, lines, page } from "../../elements/styles";
import { failureText } from "../../i18n/failures";
import { t } from "../../i18n/text";

export interface Named {
  name: string;
  version: number;
}

/**
 * A short list of what a workshop has of one kind, with a form to add and change one.
 *
 * `D` is what the form holds. A form gives back the version it began with.
 */
export abstract class KindList<K extends Named, D extends { name: string }> extends LitElement {
  @property({ attribute: false }) api!: Api;
  @state() protected rows?: K[];
  @state() protected draft: D | null = null;
  @state() private failed: unknown;
  private changed?: K | undefined;

  /** The kind as the actions name it: `add_<kind>`, and the field that names one. */
  protected abstract readonly kind: string;
  protected abstract readonly field: string;
  protected abstract load(): Promise<K[]>;
  protected abstract begun(row?: K): D;
  /** What the form's values are to the actions; of a row that is changed, null takes away. */
  protected abstract given(draft: D, row?: K): Record<string, unknown>;
  /** One line about a row, and the fields beside its name. */
  protected abstract about(row: K): unknown;
  protected abstract fields(draft: D): unknown;

  protected locked(_row: K): boolean {
    return false;
  }

  static override styles: CSSResultGroup = [
    base,
    page,
    lines,
    css`
      li strong {
        display: block;
        font-weight: 500;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.reload();
  }

  async reload(): Promise<void> {
    try {
      this.rows = await this.load();
      this.failed = undefined;
    } catch (error) {
      this.failed = error;
    }
  }

  protected override render() {
    return html`<section class="card">
      <div class="head">
        <h2>${this.text("heading")}</h2>
        <at-button .icon=${mdiPlus} @click=${() => this.edit()}>${t("common.add")}</at-button>
      </div>
      <p class="muted">${this.text("about")}</p>
      ${this.list()}
      ${this.draft ? this.form(this.draft) : nothing}
    </section>`;
  }

  private list() {
    if (this.failed !== undefined) {
      return html`<at-note kind="error" @at-retry=${() => this.reload()}>
        ${failureText(this.failed)}
      </at-note>`;
    }
    if (!this.rows) return html`<at-note kind="loading"></at-note>`;
    return html`<ul>
      ${this.rows.map(
        (row) => html`<li>
          <div><strong>${row.name}</strong><span class="muted">${this.about(row)}</span></div>
          ${this.locked(row) ? nothing : this.menu(row)}
        </li>`,
      )}
    </ul>`;
  }

  private menu(row: K) {
    return html`<at-menu
      label=${t("settings.more", { name: row.name })}
      .items=${[
        { label: t("common.edit"), icon: mdiPencil, run: () => this.edit(row) },
        { label: t("common.remove"), icon: mdiDelete, danger: true, run: () => this.drop(row) },
      ]}
    ></at-menu>`;
  }

  private form(draft: D) {
    return html`<at-form-dialog
      heading=${this.text(this.changed ? "edit" : "add")}
      .save=${() => this.save(draft)}
      @at-close=${() => {
        this.draft = null;
      }}
    >
      <at-text
        required
        label=${t("settings.name")}
        .value=${draft.name}
        @at-change=${(event: CustomEvent<string>) => this.set({ name: event.detail } as Partial<D>)}
      ></at-text>
      ${this.fields(draft)}
    </at-form-dialog>`;
  }

  protected set(change: Partial<D>): void {
    if (this.draft) this.draft = { ...this.draft, ...change };
  }

  private text(key: string): string {
    return t(`settings.${this.kind}.${key}`);
  }

  private edit(row?: K): void {
    this.changed = row;
    this.draft = this.begun(row);
  }

  private async save(draft: D): Promise<void> {
    const row = this.changed;
    const given = this.given(draft, row);
    if (row) {
      const which = { [this.field]: row.name, version: row.version };
      await this.api.act(`change_${this.kind}`, { ...given, ...which });
    } else await this.api.act(`add_${this.kind}`, given);
    toast(t("common.saved"));
    await this.reload();
  }

  private async drop(row: K): Promise<void> {
    const { name } = row;
    const sure = await confirmed(this, {
      heading: t("settings.remove_heading", { name }),
      text: this.text("remove_text"),
      action: t("common.remove"),
      danger: true,
    });
    if (!sure) return;
    const removed = await attempt(() =>
      this.api.act<Removed>(`remove_${this.kind}`, { [this.field]: name }),
    );
    if (!removed) return;
    await this.reload();
    removedToast(this.api, t("settings.removed", { name }), removed, () => void this.reload());
  }
}
