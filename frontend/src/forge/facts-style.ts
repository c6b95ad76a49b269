/** How pairs of a name and a fact look: side by side where there is room. */

import { css } from "lit";

export const facts = css`
  dl {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(200px, 100%), 1fr));
    gap: 12px 16px;
    margin: 16px 0 0;
  }
  dt {
    font-size: 0.8125rem;
    color: var(--secondary-text-color);
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
`;
