import { mdiPlus } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../../elements/at-button";
import "../../elements/at-search";
import { base } from "../../elements/styles";
import { failureText } from "../../i18n/failures";
import { bytes, number } from "../../i18n/format";
import { t } from "../../i18n/text";
import type { ForgeDoor } from "../door";
import type { Package } from "./package";
import { wrongWith } from "./rules";

const SHOWN = 30;

/** Searches packages by name and description; `at-change` tells one that is wanted. */
@customElement("forge-package-search")
export class PackageSearch extends LitElement {
  @property({ attribute: false }) door!: ForgeDoor;
  /** Where the packages are listed; empty while no device is chosen. */
  @property({ attribute: false }) path = "";
  /** Those that are chosen already. */
  @property({ attribute: false }) has = new Set<string>();
  @state() private words = "";
  @state() private found?: Package[];
  @state() private total = 0;
  @state() private failed = "";
  @state() private busy = false;
  private turn = 0;

  static override styles = [
    base,
    css`
      ul {
        display: grid;
        max-height: 360px;
        margin: 8px 0 0;
        padding: 0;
        overflow-y: auto;
        border: 1px solid var(--divider-color);
        border-radius: 8px;
        list-style: none;
      }
      li {
        display: flex;
        gap: 8px;
        align-items: center;
        padding: 4px 4px 4px 12px;
      }
      li + li {
        border-top: 1px solid var(--divider-color);
      }
      li div {
        flex: 1;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      small,
      p {
        display: block;
        color: var(--secondary-text-color);
      }
      p {
        margin: 8px 0 0;
        font-size: 0.875rem;
      }
    `,
  ];

  protected override render() {
    return html`
      <at-search
        label=${t("forge_profiles.search_packages")}
        @at-change=${(event: CustomEvent<string>) => this.look(event.detail)}
      ></at-search>
      <div role="status">${this.told()}</div>
      ${this.found?.length ? html`<ul aria-busy=${this.busy}>${this.found.map((one) => this.line(one))}</ul>` : nothing}
    `;
  }

  private told() {
    const words = this.words;
    if (!words) return nothing;
    const fits = !wrongWith("packages[]", words) && !this.has.has(words);
    const anyway = fits
      ? html`<at-button kind="quiet" .icon=${mdiPlus} @click=${() => this.choose({ name: words })}>
          ${t("forge_profiles.add_anyway", { name: words })}
        </at-button>`
      : nothing;
    if (!this.path) return html`<p>${t("forge_profiles.board_first")}</p>${anyway}`;
    if (this.failed) return html`<p>${this.failed}</p>${anyway}`;
    if (!this.found) return html`<p>${t("common.loading")}</p>`;
    if (!this.found.length)
      return html`<p>${t("forge_profiles.no_package", { words })}</p>${anyway}`;
    return this.total > this.found.length
      ? html`<p>${t("forge_profiles.found_more", { n: number(this.found.length), total: number(this.total) })}</p>`
      : nothing;
  }

  private line(one: Package) {
    const has = this.has.has(one.name);
    return html`<li>
      <div>
        ${one.name}
        <small>
          ${one.description ? `${one.description} · ` : ""}${one.version}${one.size ? ` · ${bytes(one.size)}` : ""}
        </small>
      </div>
      <at-button
        kind="quiet"
        .icon=${mdiPlus}
        label=${has ? t("forge_profiles.has_package", { name: one.name }) : t("forge_profiles.add_package", { name: one.name })}
        ?disabled=${has}
        @click=${() => this.choose(one)}
      ></at-button>
    </li>`;
  }

  private async look(words: string): Promise<void> {
    const turn = ++this.turn;
    this.words = words;
    this.failed = "";
    if (!words || !this.path) {
      this.found = undefined;
      return;
    }
    this.busy = true;
    try {
      type Told = { packages: Package[]; total: number };
      const query = { search: words.slice(0, 100), limit: SHOWN };
      const told = await this.door.request<Told>("GET", this.path, { query });
      if (turn !== this.turn) return;
      this.found = told.packages;
      this.total = told.total;
    } catch (error) {
      if (turn !== this.turn) return;
      this.found = undefined;
      this.failed = failureText(error);
    }
    this.busy = false;
  }

  private choose(one: Partial<Package> & { name: string }): void {
    this.dispatchEvent(new CustomEvent("at-change", { detail: one }));
  }
}
