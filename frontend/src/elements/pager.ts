import { mdiChevronLeft, mdiChevronRight } from "@mdi/js";
import { css, html, nothing } from "lit";
import { number } from "../i18n/format";
import { t } from "../i18n/text";
import "./at-button";
import type { Listing } from "./listing";

/** Show which part of a listing is shown, and lead to the others. */
export function pager<R>(listing: Listing<R, object>, label: string) {
  const { offset, limit, total, counted, more, rows, loading } = listing;
  const shown = {
    from: number(offset + 1),
    to: number(offset + rows.length),
    total: number(total),
  };
  if (!counted && !more && offset === 0) return nothing;
  return html`<nav class="pager" aria-label=${label}>
    <span role="status">${t(counted ? "common.page" : "common.page_uncounted", shown)}</span>
    ${
      more || offset > 0
        ? html`
            <at-button
              .icon=${mdiChevronLeft}
              label=${t("common.previous")}
              ?disabled=${loading || offset === 0}
              @click=${() => listing.go(offset - limit)}
            ></at-button>
            <at-button
              .icon=${mdiChevronRight}
              label=${t("common.next")}
              ?disabled=${loading || !more}
              @click=${() => listing.go(offset + limit)}
            ></at-button>
          `
        : nothing
    }
  </nav>`;
}

export const pagerStyle = css`
  .pager {
    display: flex;
    align-items: center;
    justify-content: end;
    gap: 8px;
    min-height: 48px;
    padding-top: 8px;
    font-size: 0.875rem;
    color: var(--secondary-text-color);
  }
`;
