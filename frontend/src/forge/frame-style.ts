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
  nav {
    display: flex;
    overflow-x: auto;
    max-width: 100%;
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
    color: var(--secondary-text-color);
    font-size: 0.875rem;
    text-decoration: none;
  }
  a:hover {
    color: var(--primary-text-color);
  }
  a[aria-current] {
    border-color: var(--primary-color);
    color: var(--primary-text-color);
    font-weight: 500;
  }
  a:focus-visible {
    outline-offset: -4px;
  }
  at-icon {
    --at-icon-size: 20px;
  }
`;
