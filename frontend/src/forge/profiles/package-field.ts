import { mdiMinus } from "@mdi/js";
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../../elements/at-button";
import "../../elements/at-chip";
import { AtField } from "../../elements/field";
import { stack } from "../../elements/styles";
import { failureText } from "../../i18n/failures";
import { bytes, number } from "../../i18n/format";
import { t } from "../../i18n/text";
import type { ForgeDoor } from "../door";
import "./package-search";
import { brought, type Package, type Target } from "./package";
import { type Profile, withPackage } from "./profile";

type Lists = Pick<Profile, "packages" | "packages_remove">;

/** So many names fit into one address. */
const NAMES = 100;

/** Which packages come into an image and which go, found in what the release offers. */
@customElement("forge-package-field")
export class PackageField extends AtField<Profile> {
  @property({ attribute: false }) value!: Profile;
  @property({ attribute: false }) door!: ForgeDoor;
  /** What is wrong, by place: `packages[0]`. */
  @property({ attribute: false }) problems: Record<string, string> = {};
  @state() private target?: Target;
  @state() private facts = new Map<string, Package | null>();
  @state() private unlisted = "";
  private place = "";
  private turn = 0;

  static override styles = [
    AtField.styles,
    stack,
    css`
      .chips {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
      }
      h3 {
        margin: 0 0 6px;
        font-size: 0.875rem;
        font-weight: 500;
      }
      small,
      p {
        color: var(--secondary-text-color);
      }
      p {
        margin: 0;
        font-size: 0.875rem;
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
        color: var(--error-color);
      }
      summary {
        min-height: 32px;
        cursor: pointer;
      }
      details .chips {
        margin-top: 8px;
      }
      details at-button {
        margin: -6px -10px -6px 0;
      }
    `,
  ];

  private get path(): string {
    const { openwrt_release, target, subtarget } = this.value;
    if (!openwrt_release || !target || !subtarget) return "";
    const steps = ["releases", openwrt_release, "targets", target, subtarget];
    return `/${steps.map(encodeURIComponent).join("/")}`;
  }

  protected override willUpdate(): void {
    super.willUpdate();
    if (this.path !== this.place) {
      this.place = this.path;
      this.facts = new Map();
      this.target = undefined;
      this.unlisted = "";
      if (this.place) void this.look();
    } else void this.know();
  }

  /** Ask what the board brings, and what the packages are that were chosen before. */
  private async look(): Promise<void> {
    const turn = ++this.turn;
    try {
      const target = await this.door.request<Target>("GET", this.place);
      if (turn !== this.turn) return;
      this.target = target;
      await this.know();
    } catch (error) {
      if (turn === this.turn) this.unlisted = failureText(error);
    }
  }

  /** Ask about packages of which nothing is known. */
  private async know(): Promise<void> {
    const { packages, packages_remove } = this.value;
    const strange = [...(packages ?? []), ...(packages_remove ?? [])].filter(
      (name) => !this.facts.has(name),
    );
    if (!strange.length || !this.target) return;
    const turn = this.turn;
    const names = strange.slice(0, NAMES);
    for (const name of names) this.facts.set(name, null);
    try {
      const path = `${this.place}/packages`;
      const query = { name: names };
      const told = await this.door.request<{ packages: Package[] }>("GET", path, { query });
      if (turn !== this.turn) return;
      this.facts = new Map([
        ...this.facts,
        ...told.packages.map((found) => [found.name, found] as const),
      ]);
      if (strange.length > NAMES) await this.know();
    } catch (error) {
      if (turn === this.turn) this.unlisted = failureText(error);
    }
  }

  protected override render() {
    const wrong = Object.entries(this.problems).filter(([place]) => /^packages/.test(place));
    return html`<div class="stack">
      <forge-package-search
        .door=${this.door}
        .path=${this.place && `${this.place}/packages`}
        .has=${new Set(this.value.packages)}
        @at-change=${(event: CustomEvent<Package>) => this.add(event.detail)}
      ></forge-package-search>
      ${this.unlisted ? html`<p role="status">${t("forge_profiles.no_list", { why: this.unlisted })}</p>` : nothing}
      ${wrong.length ? html`<ul role="alert">${wrong.map(([, words]) => html`<li>${words}</li>`)}</ul>` : nothing}
      ${this.list("packages")} ${this.list("packages_remove")} ${this.boards()}
    </div>`;
  }

  private list(what: keyof Lists) {
    const names = this.value[what] ?? [];
    if (!names.length && what === "packages_remove") return nothing;
    return html`<div role="group" aria-label=${t(`forge_profiles.field.${what}`)}>
      <h3>${t(`forge_profiles.field.${what}`)} (${number(names.length)})</h3>
      <div class="chips">
        ${names.length ? nothing : html`<p>${t("forge_profiles.none_added")}</p>`}
        ${names.map((name) => this.chip(name, what))}
      </div>
    </div>`;
  }

  private chip(name: string, what: keyof Lists) {
    const facts = this.facts.get(name);
    const strange = what === "packages" && this.target && !this.unlisted && facts === null;
    const title = strange ? t("forge_profiles.unknown_package") : (facts?.description ?? "");
    return html`<at-chip
      tone=${strange ? "warning" : what === "packages" ? "good" : "bad"}
      title=${title}
      remove-label=${t("common.remove_this", { what: name })}
      @at-close=${() => this.tell(withPackage(this.value, name, "neither"))}
    >
      ${name}${strange ? html` <small>${t("forge_profiles.unknown_package")}</small>` : nothing}
      ${facts?.size ? html` <small>${bytes(facts.size)}</small>` : nothing}
    </at-chip>`;
  }

  /** What is in the image by itself, and may be left out. */
  private boards() {
    const own = this.target ? brought(this.target, this.value.imagebuilder_profile) : [];
    if (!own.length) return nothing;
    const gone = new Set(this.value.packages_remove);
    return html`<details>
      <summary>${t("forge_profiles.brought", { n: number(own.length) })}</summary>
      <div class="chips">
        ${own
          .filter((name) => !gone.has(name))
          .map(
            (name) => html`<at-chip>
              ${name}
              <at-button
                kind="quiet"
                .icon=${mdiMinus}
                label=${t("forge_profiles.leave_out", { name })}
                @click=${() => this.tell(withPackage(this.value, name, "packages_remove"))}
              ></at-button>
            </at-chip>`,
          )}
      </div>
    </details>`;
  }

  private add(found: Package): void {
    if (found.version) this.facts = new Map([...this.facts, [found.name, found]]);
    this.tell(withPackage(this.value, found.name, "packages"));
  }

  override validate(): boolean {
    return true; // the editor tells what is wrong
  }
}
