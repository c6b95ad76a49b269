/** How tabs look: a row of links, with a line below the one whose page is shown. */

import { css } from "lit";

export const tabs = css`
  nav {
    display: flex;
    overflow-x: auto;
    scrollbar-width: none;
  }
  a {
    display: inline-flex;
    flex: none;
    align-items: center;
    gap: 8px;
    min-height: 48px;
    padding: 0 12px;
    border-bottom: 3px solid transparent;
    font-size: 0.875rem;
    text-decoration: none;
  }
  a[aria-current] {
    font-weight: 500;
  }
  a:focus-visible {
    outline-offset: -4px;
  }
  at-icon {
    --at-icon-size: 20px;
  }
`;
