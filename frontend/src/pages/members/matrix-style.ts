import { css } from "lit";

export const matrix = css`
  .scroll {
    overflow-x: auto;
    border: 1px solid var(--divider-color);
    border-radius: var(--ha-card-border-radius, 12px);
    background: var(--ha-card-background, var(--card-background-color, #fff));
  }
  table {
    border-collapse: separate;
    border-spacing: 0;
  }
  th,
  td {
    border-bottom: 1px solid var(--divider-color);
    font-weight: 400;
  }
  thead th {
    min-width: 72px;
    max-width: 140px;
    padding: 8px 4px 0;
    font-size: 0.875rem;
    vertical-align: bottom;
    overflow-wrap: anywhere;
  }
  thead th.type span {
    font-weight: 500;
  }
  thead th span {
    display: block;
  }
  .who {
    position: sticky;
    left: 0;
    z-index: 1;
    width: 220px;
    min-width: 150px;
    padding: 0 12px;
    background: var(--ha-card-background, var(--card-background-color, #fff));
    text-align: start;
  }
  .who label {
    display: flex;
    align-items: center;
    gap: 12px;
    min-height: 48px;
    cursor: pointer;
  }
  .who input {
    width: 18px;
    height: 18px;
    flex: none;
    accent-color: var(--primary-color);
  }
  .who small {
    display: block;
  }
  td {
    padding: 0;
    text-align: center;
  }
  td button {
    width: 100%;
    min-width: 48px;
    height: 48px;
    border: none;
    background: none;
    color: var(--success-color);
    font: inherit;
    font-size: 1.25rem;
    cursor: pointer;
  }
  td button:hover {
    background: var(--secondary-background-color);
  }
  td button:focus-visible {
    outline-offset: -3px;
  }
  td.changed {
    background: color-mix(in srgb, var(--warning-color) 25%, transparent);
  }
`;
