import { mdiArrowCollapseDown, mdiChevronDown, mdiChevronUp, mdiDownload } from "@mdi/js";
import { html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import "../../elements/at-button";
import "../../elements/at-chip";
import "../../elements/at-note";
import "../../elements/at-search";
import { attempt } from "../../elements/at-toasts";
import { base } from "../../elements/styles";
import { failureText } from "../../i18n/failures";
import { bytes, number } from "../../i18n/format";
import { t } from "../../i18n/text";
import type { ForgeDoor, Unsubscribe } from "../door";
import { saveLog } from "./log-file";
import { LogLines, parts } from "./log-lines";
import { LINE_PX, logStyle } from "./log-style";

/** Lines that are drawn above and below those in sight. */
const SPARE = 20;
/** So near to the end counts as being there. */
const NEAR_PX = LINE_PX * 2;
const PADDING_PX = 16;

/** A job's log, live: followed to its end, searched, downloaded. */
@customElement("forge-log")
export class LogView extends LitElement {
  @property({ attribute: false }) door!: ForgeDoor;
  @property() job = "";
  @state() private follow = true;
  @state() private words = "";
  @state() private here = -1;
  @state() private up = true;
  @state() private over = false;
  @state() private failed: unknown;
  @state() private saving = false;
  @query(".window") private window?: HTMLElement;
  private log = new LogLines();
  private found: number[] = [];
  private searched = 0;
  /** Where it was scrolled to. */
  private top = 0;
  private ends?: Unsubscribe;

  static override styles = [base, logStyle];

  override connectedCallback(): void {
    super.connectedCallback();
    this.begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.ends?.();
  }

  private begin(): void {
    this.log = new LogLines();
    this.failed = undefined;
    this.over = false;
    this.top = 0;
    this.look(this.words);
    this.ends = this.door.log(this.job, 0, {
      text: (text) => this.grow(text),
      gap: (from, to) => this.grow(t("forge_jobs.gap", { size: bytes(to - from) })),
      end: () => {
        this.over = true;
      },
      line: (up) => {
        this.up = up;
      },
      refused: (error) => {
        this.failed = error;
      },
    });
  }

  private grow(text: string): void {
    this.log.add(text);
    this.found.push(...this.log.search(this.words, this.searched));
    this.searched = this.log.lines.length;
    this.requestUpdate();
  }

  protected override render() {
    if (this.failed !== undefined) {
      return html`<at-note kind="error" @at-retry=${() => this.begin()}>${failureText(this.failed)}</at-note>`;
    }
    return html`
      <div class="bar">
        <at-search
          label=${t("forge_jobs.search")}
          @at-change=${(event: CustomEvent<string>) => this.look(event.detail)}
          @keydown=${this.pressed}
        ></at-search>
        ${this.words ? this.hits() : nothing}
        ${
          this.over
            ? nothing
            : html`<at-button
                .icon=${mdiArrowCollapseDown}
                .pressed=${this.follow ? "true" : "false"}
                @click=${() => this.setFollow(!this.follow)}
                >${t("forge_jobs.follow")}</at-button
              >`
        }
        <at-button .icon=${mdiDownload} ?busy=${this.saving} @click=${this.save}>
          ${t("forge_jobs.download_log")}
        </at-button>
        ${this.up || this.over ? nothing : html`<at-chip tone="warning" role="status">${t("forge_jobs.cut")}</at-chip>`}
      </div>
      ${this.lines()}
    `;
  }

  private hits() {
    const at = this.found.indexOf(this.here);
    return html`
      <span class="found" role="status">
        ${this.found.length ? `${number(at + 1)} / ${number(this.found.length)}` : t("common.no_match")}
      </span>
      <at-button kind="quiet" .icon=${mdiChevronUp} label=${t("forge_jobs.found_before")}
        ?disabled=${this.found.length === 0} @click=${() => this.step(-1)}></at-button>
      <at-button kind="quiet" .icon=${mdiChevronDown} label=${t("forge_jobs.found_after")}
        ?disabled=${this.found.length === 0} @click=${() => this.step(1)}></at-button>
    `;
  }

  private lines() {
    const { lines, width } = this.log;
    if (lines.length === 0)
      return html`<at-note>${this.over ? t("forge_jobs.no_log") : t("forge_jobs.waits")}</at-note>`;
    const height = this.window?.clientHeight ?? 640;
    const top = this.window?.scrollTop ?? 0;
    const first = Math.max(0, Math.floor(top / LINE_PX) - SPARE);
    const last = Math.min(lines.length, Math.ceil((top + height) / LINE_PX) + SPARE);
    const short = lines.length * LINE_PX <= 320;
    return html`<div
      class="window ${short ? "short" : ""}"
      role="log"
      aria-live="off"
      aria-label=${t("forge_jobs.log")}
      tabindex="0"
      @scroll=${this.scrolled}
    >
      <div .style=${`height:${lines.length * LINE_PX + PADDING_PX}px;width:${width + 4}ch`}></div>
      <pre class="lines" .style=${`translate:0 ${first * LINE_PX}px`}>${lines
        .slice(first, last)
        .map((line, index) => this.line(line, first + index))}</pre>
    </div>`;
  }

  private line(line: string, number: number) {
    const kind = `line ${number === this.here ? "here" : ""} ${line.startsWith("» ") ? "state" : ""}`;
    const shown = parts(line, this.words).map((part, index) =>
      index % 2 ? html`<mark>${part}</mark>` : part,
    );
    return html`<div class=${kind}>${shown}</div>`;
  }

  protected override updated(): void {
    const { window } = this;
    if (window && this.follow) window.scrollTop = window.scrollHeight;
  }

  private scrolled(): void {
    const { window } = this;
    if (!window) return;
    const { scrollTop: top, clientHeight, scrollHeight } = window;
    // Whoever scrolls up wants to read; whoever comes to the end again wants to see more. The log
    // may have grown since it was scrolled: that it is not at its end alone says nothing.
    if (top < this.top) this.follow = false;
    else if (top + clientHeight >= scrollHeight - NEAR_PX) this.follow = true;
    this.top = top;
    this.requestUpdate();
  }

  private setFollow(follow: boolean): void {
    this.follow = follow;
  }

  private look(words: string): void {
    this.words = words;
    this.found = this.log.search(words);
    this.searched = this.log.lines.length;
    this.here = -1;
    if (this.found.length) this.step(1);
  }

  /** Go to the line that was found after, or before, the one that is shown. */
  private step(by: 1 | -1): void {
    const { found } = this;
    const at = found.indexOf(this.here);
    const next = at < 0 && by < 0 ? found.length - 1 : (at + by + found.length) % found.length;
    this.here = found[next] ?? -1;
    this.follow = false;
    const { window } = this;
    if (window) window.scrollTop = Math.max(0, this.here * LINE_PX - window.clientHeight / 2);
  }

  private pressed(event: KeyboardEvent): void {
    if (event.key !== "Enter" || !this.found.length) return;
    event.preventDefault();
    this.step(event.shiftKey ? -1 : 1);
  }

  private async save(): Promise<void> {
    this.saving = true;
    await attempt(() => saveLog(this.door, this.job));
    this.saving = false;
  }
}
