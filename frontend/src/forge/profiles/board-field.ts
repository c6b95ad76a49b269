import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../../elements/at-button";
import "../../elements/at-select";
import "../../elements/at-text";
import { AtField } from "../../elements/field";
import { stack } from "../../elements/styles";
import { failureText } from "../../i18n/failures";
import { t } from "../../i18n/text";
import type { ForgeDoor } from "../door";
import "./board-picker";
import type { BoardChoice } from "./board-picker";
import type { Profile } from "./profile";
import { moves } from "./rules";

export type Board = Pick<
  Profile,
  "openwrt_release" | "target" | "subtarget" | "imagebuilder_profile"
>;

interface Releases {
  stable: string | null;
  oldstable: string | null;
  upcoming: string | null;
  releases: string[];
}

interface BoardFacts {
  id: string;
  titles: string[];
  target: string;
  subtarget: string;
}

const FIELDS = ["target", "subtarget", "imagebuilder_profile"] as const;

/** Which release, and which device of it: found among those that the server lists, or typed. */
@customElement("forge-board-field")
export class BoardField extends AtField<Board> {
  @property({ attribute: false }) value!: Board;
  @property({ attribute: false }) door!: ForgeDoor;
  /** What is wrong, by field. */
  @property({ attribute: false }) problems: Partial<Record<keyof Board, string>> = {};
  @state() private releases?: Releases;
  @state() private failed = "";
  /** Typed, where the server cannot be asked, or has no such board. */
  @state() private typed = false;
  @state() private names = "";

  static override styles = [
    AtField.styles,
    stack,
    css`
      .three {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(180px, 100%), 1fr));
        gap: 16px;
      }
      p {
        margin: 0;
        color: var(--secondary-text-color);
        font-size: 0.875rem;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.ask();
  }

  private async ask(): Promise<void> {
    try {
      this.releases = await this.door.request<Releases>("GET", "/releases");
      this.failed = "";
      if (!this.value.openwrt_release && this.releases.stable) {
        this.set({ openwrt_release: this.releases.stable });
      }
    } catch (error) {
      this.failed = failureText(error);
      this.typed = true;
    }
    await this.name();
  }

  /** Find the names of the board that is chosen. */
  private async name(): Promise<void> {
    const { imagebuilder_profile: id, openwrt_release, target, subtarget } = this.value;
    if (!id || this.failed) return;
    try {
      const found = await this.find(openwrt_release, id);
      const mine = found.find(
        (one) => one.id === id && one.target === target && one.subtarget === subtarget,
      );
      this.names = mine?.titles.join(", ") ?? "";
      this.typed ||= !mine;
    } catch {
      this.typed = true;
    }
  }

  private async find(release: string, search: string): Promise<BoardFacts[]> {
    const path = `/releases/${encodeURIComponent(release)}/boards`;
    const query = { search, limit: 50 };
    return (await this.door.request<{ boards: BoardFacts[] }>("GET", path, { query })).boards;
  }

  protected override render() {
    return html`<div class="stack">
      ${this.release()}
      ${this.failed ? html`<p role="status">${t("forge_profiles.no_list", { why: this.failed })}</p>` : nothing}
      ${this.typed ? this.threeFields() : this.picker()}
      <div>
        <at-button kind="quiet" @click=${this.turn}>
          ${t(this.typed ? "forge_profiles.search_board" : "forge_profiles.type_board")}
        </at-button>
      </div>
    </div>`;
  }

  private release() {
    const { openwrt_release } = this.value;
    const error = this.problems.openwrt_release ?? "";
    if (!this.releases) return this.text("openwrt_release");
    const { stable, oldstable, upcoming, releases } = this.releases;
    const names = [...new Set([upcoming, stable, oldstable, ...releases, "SNAPSHOT"])];
    const known = names.includes(openwrt_release) || !openwrt_release;
    const words = (name: string) => {
      if (name === stable) return t("forge_profiles.stable", { release: name });
      if (name === upcoming) return t("forge_profiles.upcoming", { release: name });
      return moves(name) ? t("forge_profiles.moving", { release: name }) : name;
    };
    return html`<at-select
      required
      label=${t("forge_profiles.field.openwrt_release")}
      .value=${openwrt_release}
      .options=${[...(known ? [] : [openwrt_release]), ...names]
        .filter((name) => name !== null)
        .map((name) => ({ value: name, label: words(name) }))}
      error=${error}
      @at-change=${(event: CustomEvent<string>) => {
        this.set({ openwrt_release: event.detail });
        void this.name();
      }}
    ></at-select>`;
  }

  private picker() {
    const { imagebuilder_profile: id, target, subtarget } = this.value;
    return html`<forge-board-picker
      required
      label=${t("forge_profiles.field.imagebuilder_profile")}
      hint=${id ? `${id} · ${target}/${subtarget}` : t("forge_profiles.hint.board")}
      error=${FIELDS.map((name) => this.problems[name]).find(Boolean) ?? ""}
      ?disabled=${!this.value.openwrt_release}
      .value=${id ? { id, name: this.names || id, target, subtarget } : null}
      .find=${async (search: string): Promise<BoardChoice[]> =>
        (await this.find(this.value.openwrt_release, search)).map((board) => ({
          ...board,
          name: board.titles.join(", ") || board.id,
          note: `${board.target}/${board.subtarget}`,
        }))}
      @at-change=${(event: CustomEvent<BoardChoice | null>) => this.choose(event.detail)}
    ></forge-board-picker>`;
  }

  private threeFields() {
    return html`<div class="three">${FIELDS.map((name) => this.text(name))}</div>`;
  }

  private text(name: keyof Board) {
    return html`<at-text
      required
      label=${t(`forge_profiles.field.${name}`)}
      maxlength="255"
      .value=${this.value[name]}
      error=${this.problems[name] ?? ""}
      @at-change=${(event: CustomEvent<string>) => this.set({ [name]: event.detail.trim() })}
    ></at-text>`;
  }

  private choose(board: BoardChoice | null): void {
    this.names = board?.name ?? "";
    this.set({
      imagebuilder_profile: board?.id ?? "",
      target: board?.target ?? "",
      subtarget: board?.subtarget ?? "",
    });
  }

  private set(change: Partial<Board>): void {
    this.tell({ ...this.value, ...change });
  }

  private turn = (): void => {
    this.typed = !this.typed;
    if (this.failed && !this.typed) void this.ask();
  };

  override validate(): boolean {
    return true; // the editor tells what is wrong
  }
}
