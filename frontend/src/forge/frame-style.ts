/** How the Forge's tabs look, above its pages. */

import { css } from "lit";

export const forgeFrame = css`
  :host {
    display: block;
  }
  .top {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0 16px;
    margin-bottom: 16px;
    border-bottom: 1px solid var(--divider-color);
  }
  forge-problem {
    display: block;
    margin-bottom: 16px;
  }
  nav {
    max-width: 100%;
  }
  a {
    color: var(--secondary-text-color);
  }
  a:hover {
    color: var(--primary-text-color);
  }
  a[aria-current] {
    border-color: var(--primary-color);
    color: var(--primary-text-color);
  }
`;
