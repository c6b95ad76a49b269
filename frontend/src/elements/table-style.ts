/** How a table looks, and how its rows become cards where there is no room for columns. */

import { css } from "lit";

export const table = css`
  :host {
    display: block;
    container-type: inline-size;
  }
  table {
    width: 100%;
    border-spacing: 0;
    border: 1px solid var(--divider-color);
    border-radius: var(--ha-card-border-radius, 12px);
    background: var(--card-background-color, #fff);
  }
  table[aria-busy="true"] tbody {
    opacity: 0.6;
  }
  th,
  td {
    padding: 10px 12px;
    text-align: start;
    overflow-wrap: anywhere;
  }
  th {
    font-size: 0.8125rem;
    font-weight: 500;
    color: var(--secondary-text-color);
    white-space: nowrap;
  }
  td {
    border-top: 1px solid var(--divider-color);
  }
  .end {
    text-align: end;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  /* What cells are made of: they are drawn here, where their page's own rules do not reach. */
  .muted {
    color: var(--secondary-text-color);
  }
  .stack {
    display: grid;
    justify-items: start;
    gap: 4px;
  }
  .line {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 8px;
  }
  td a {
    color: color-mix(in srgb, var(--primary-color) 72%, var(--primary-text-color));
  }
  th button {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    padding: 4px 0;
    border: none;
    background: none;
    color: inherit;
    font: inherit;
    cursor: pointer;
  }
  th at-icon {
    --at-icon-size: 16px;
  }
  tr.clickable {
    cursor: pointer;
  }
  tr.clickable:hover {
    background: color-mix(in srgb, var(--primary-color) 8%, transparent);
  }
  tr:focus-visible {
    outline-offset: -2px;
  }

  @container (max-width: 640px) {
    table,
    tbody {
      display: block;
      border: none;
      background: none;
    }
    thead:not(:has(button)) {
      display: none;
    }
    thead tr {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 16px;
      padding: 0 4px 8px;
    }
    th {
      padding: 0;
    }
    th:not(:has(button)) {
      display: none;
    }
    tbody tr {
      display: block;
      position: relative;
      margin-bottom: 12px;
      padding: 12px 16px;
      border: 1px solid var(--divider-color);
      border-radius: var(--ha-card-border-radius, 12px);
      background: var(--card-background-color, #fff);
    }
    td {
      display: flex;
      justify-content: space-between;
      gap: 16px;
      padding: 4px 0;
      border: none;
      text-align: end;
    }
    td:not(.heading) .stack {
      justify-items: end;
    }
    td:not(.heading) .line {
      justify-content: end;
    }
    td::before {
      content: attr(data-label);
      flex: none;
      color: var(--secondary-text-color);
      font-size: 0.875rem;
    }
    td:empty {
      display: none;
    }
    td.heading {
      justify-content: start;
      padding-right: 48px;
      font-weight: 500;
      text-align: start;
    }
    td.heading::before,
    td.actions::before {
      content: none;
    }
    td.actions {
      justify-content: end;
    }
    td.actions:has(at-menu) {
      position: absolute;
      inset: 6px 8px auto auto;
    }
  }
`;
