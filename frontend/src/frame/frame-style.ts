/** How the frame looks. */

import { css } from "lit";

export const frame = css`
  :host {
    display: block;
    min-height: 100%;
    background: var(--primary-background-color);
  }
  .away {
    margin: 0;
    padding: 12px 16px;
    background: var(--warning-color);
    color: #000;
    text-align: center;
  }
  main {
    max-width: 1440px;
    margin: 0 auto;
    padding: 16px 16px calc(96px + env(safe-area-inset-bottom));
  }
`;

export const header = css`
  :host {
    display: block;
    position: sticky;
    top: 0;
    z-index: 2;
    padding-top: env(safe-area-inset-top);
    background: var(--app-header-background-color, var(--primary-color));
    color: var(--app-header-text-color, var(--text-primary-color, #fff));
    border-bottom: var(--app-header-border-bottom, none);
  }
  .top {
    display: flex;
    align-items: center;
    gap: 12px;
    height: var(--header-height, 56px);
    padding: 0 16px;
  }
  h1 {
    flex: 1;
    margin: 0;
    font-size: 1.25rem;
    font-weight: 400;
  }
  .menu {
    display: inline-flex;
    margin-left: -12px;
    padding: 12px;
    border: none;
    background: none;
    color: inherit;
    cursor: pointer;
  }
  select {
    max-width: 50%;
    min-height: 40px;
    padding: 4px 8px;
    border: 1px solid color-mix(in srgb, currentColor 40%, transparent);
    border-radius: 8px;
    background: transparent;
    color: inherit;
    font: inherit;
  }
  option {
    background: var(--card-background-color);
    color: var(--primary-text-color);
  }
  nav {
    gap: 4px;
    padding: 0 8px;
  }
  a {
    color: inherit;
    opacity: 0.8;
  }
  a:hover {
    opacity: 1;
  }
  a[aria-current] {
    border-color: currentColor;
    opacity: 1;
  }
  a:focus-visible {
    outline-color: currentColor;
  }
  .menu at-icon {
    --at-icon-size: 24px;
  }
`;
