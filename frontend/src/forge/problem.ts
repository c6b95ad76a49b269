import { mdiAlertCircleOutline } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { type Failure, failure, forgeFailure, type Problem as Told } from "../api/errors";
import "../elements/at-icon";
import { base } from "../elements/styles";
import { failureText } from "../i18n/failures";

/** Why something failed: in people's words, then as the Forge said it, with its code. */
@customElement("forge-problem")
export class Problem extends LitElement {
  @property({ attribute: false }) failure!: Failure;

  static override styles = [
    base,
    css`
      .problem {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 4px 12px;
        margin-top: 12px;
        padding: 12px 16px;
        border-radius: 8px;
        background: color-mix(in srgb, var(--error-color) 15%, transparent);
        overflow-wrap: anywhere;
      }
      at-icon {
        color: var(--error-color);
      }
      p {
        grid-column: 2;
        margin: 0;
        font-size: 0.8125rem;
      }
    `,
  ];

  protected override render() {
    const { code, message } = this.failure;
    const words = failureText(this.failure);
    return html`<div class="problem" role="alert">
      <at-icon .path=${mdiAlertCircleOutline}></at-icon>
      <span>${words}</span>
      ${message && bare(message) !== bare(words) ? html`<p lang="en">${message}</p>` : nothing}
      <p><code>${code}</code></p>
    </div>`;
  }
}

/** Draw why something failed, if it did. */
export function problem(failed: unknown) {
  return failed === undefined
    ? nothing
    : html`<forge-problem .failure=${failure(failed)}></forge-problem>`;
}

/** Draw why a job or a build failed, if it did. */
export function problemOf(ended: { error: Told | null } | undefined) {
  return problem(ended?.error ? forgeFailure(ended.error) : undefined);
}

function bare(text: string): string {
  return text.replace(/\.$/, "");
}
