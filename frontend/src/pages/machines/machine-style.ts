/** How machines look. */

import { css } from "lit";
import { tiles } from "../../elements/styles";

export const card = css`
  :host {
    content-visibility: auto;
    contain-intrinsic-size: auto 240px;
  }
  article {
    display: flex;
    flex-direction: column;
    gap: 8px;
    height: 100%;
  }
  header {
    display: flex;
    justify-content: space-between;
    gap: 8px;
    margin: -4px -8px 0 0;
  }
  header > div {
    min-width: 0;
    padding-top: 4px;
  }
  header .muted {
    font-size: 0.875rem;
  }
  h2 {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .states {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
  }
  .who {
    display: flex;
    justify-content: space-between;
    gap: 12px;
    min-height: 1.5em;
    margin: 4px 0 0;
    overflow-wrap: anywhere;
  }
  .clock {
    font-variant-numeric: tabular-nums;
  }
  .figures {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 12px;
    margin: 0;
    font-size: 0.875rem;
    color: var(--secondary-text-color);
  }
  footer {
    display: flex;
    justify-content: space-between;
    align-items: center;
    margin-top: auto;
    padding-top: 8px;
  }
`;

export const details = css`
  :host {
    display: grid;
    gap: 8px;
    padding-top: 8px;
    border-top: 1px solid var(--divider-color);
    font-size: 0.875rem;
  }
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  li,
  dl div {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 12px;
    padding: 2px 0;
  }
  dl,
  p,
  dd {
    margin: 0;
  }
  dt {
    color: var(--secondary-text-color);
  }
  dd {
    overflow-wrap: anywhere;
  }
`;

export const machines = css`
  ${tiles}
  .tiles {
    --tile-width: 280px;
    align-items: start;
  }
  .states {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    margin: 0 0 16px;
  }
  .floor {
    display: grid;
    gap: 24px;
  }
  .warning {
    margin-bottom: 16px;
    border-color: var(--error-color);
  }
  @media (min-width: 1100px) {
    .floor {
      grid-template-columns: 1fr 320px;
    }
  }
`;
