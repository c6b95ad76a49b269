/** How the heading of an Image Builder's card looks. */

import { css } from "lit";

export const builderHead = css`
  .head {
    display: flex;
    gap: 8px;
    align-items: start;
  }
  .head h2 {
    flex: 1;
    margin: 0;
    padding: 8px 0;
    overflow-wrap: anywhere;
  }
`;
