import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { forgeFailure, type Problem } from "../../api/errors";
import "../../elements/at-chip";
import { base, lines, page } from "../../elements/styles";
import { failureText } from "../../i18n/failures";
import { number } from "../../i18n/format";
import { t } from "../../i18n/text";
import type { Places } from "../places";

interface Result {
  profile_id: string;
  build_id: string | null;
  success: boolean;
  hit: boolean;
  error: Problem | null;
}

/** What became of each profile of a batch. */
@customElement("forge-batch-result")
export class BatchResult extends LitElement {
  @property({ attribute: false }) result!: Record<string, unknown>;
  @property({ attribute: false }) places!: Places;

  static override styles = [
    base,
    page,
    lines,
    css`
      li {
        flex-wrap: wrap;
      }
    `,
  ];

  protected override render() {
    const results = this.result.results as Result[];
    const { succeeded, total } = this.result as { succeeded: number; total: number };
    return html`
      <h2>${t("forge_jobs.batch", { succeeded: number(succeeded), total: number(total) })}</h2>
      <ul class="card">${results.map((one) => this.line(one))}</ul>
    `;
  }

  private line(one: Result) {
    const tone = one.success ? "good" : "bad";
    const word = one.success ? (one.hit ? "built_before" : "built") : "not_built";
    return html`<li>
      <div>
        ${
          one.build_id
            ? html`<a href=${this.places.address(["builds", one.build_id])}>${one.profile_id}</a>`
            : one.profile_id
        }
        ${one.error ? html`<br /><span class="muted">${failureText(forgeFailure(one.error))}</span>` : nothing}
      </div>
      <at-chip tone=${tone}>${t(`forge_jobs.${word}`)}</at-chip>
    </li>`;
  }
}
