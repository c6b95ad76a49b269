/** What all elements share: Home Assistant's colours, one focus ring, one field. */

import { css } from "lit";

export const base = css`
  :host {
    box-sizing: border-box;
    color: var(--primary-text-color);
    font-family: var(--ha-font-family-body, Roboto, Noto, sans-serif);
  }
  :host([hidden]) {
    display: none !important;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :focus-visible {
    outline: 2px solid var(--primary-color);
    outline-offset: 2px;
  }
  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;

export const field = css`
  :host {
    display: block;
  }
  label,
  .label {
    display: block;
    margin-bottom: 4px;
    font-size: 0.875rem;
    color: var(--secondary-text-color);
  }
  input,
  select,
  textarea {
    width: 100%;
    min-height: 44px;
    padding: 8px 12px;
    border: 1px solid var(--divider-color);
    border-radius: 8px;
    background: var(--card-background-color, #fff);
    color: var(--primary-text-color);
    font: inherit;
    font-size: 1rem;
  }
  input:focus-visible,
  select:focus-visible,
  textarea:focus-visible {
    outline-offset: -1px;
  }
  input:disabled,
  select:disabled {
    color: var(--disabled-text-color);
  }
  .hint,
  .error {
    margin: 4px 0 0;
    font-size: 0.8125rem;
    color: var(--secondary-text-color);
  }
  .error {
    color: var(--error-color);
  }
  :host([invalid]) input,
  :host([invalid]) select {
    border-color: var(--error-color);
  }
`;

/** Things one below the other. */
export const stack = css`
  .stack {
    display: grid;
    gap: 16px;
  }
`;

/** Links: Home Assistant's own blue is too pale for small letters. */
export const links = css`
  a {
    color: color-mix(in srgb, var(--primary-color) 72%, var(--primary-text-color));
  }
`;

/** Why something was not done. */
export const refused = css`
  .failed {
    padding: 12px;
    border-radius: 8px;
    background: color-mix(in srgb, var(--error-color) 15%, transparent);
  }
`;

/** Cards and headings of pages. */
export const page = css`
  ${stack} ${links}
  :host {
    display: block;
  }
  h1 {
    margin: 0;
    font-size: 1.25rem;
    font-weight: 500;
  }
  h2 {
    margin: 24px 0 8px;
    font-size: 1.0625rem;
    font-weight: 500;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    gap: 8px 12px;
    align-items: end;
    margin-bottom: 16px;
  }
  .bar .grow {
    flex: 1 1 200px;
  }
  .bar > h1 {
    flex-basis: 90px;
    align-self: center;
  }
  .card {
    padding: 16px;
    border: 1px solid var(--divider-color);
    border-radius: var(--ha-card-border-radius, 12px);
    background: var(--ha-card-background, var(--card-background-color, #fff));
  }
  .card > h2:first-child {
    margin-top: 0;
  }
  .muted {
    color: var(--secondary-text-color);
  }
`;

/** A short list in a card, with a button beside its heading. */
export const lines = css`
  .head {
    display: flex;
    align-items: center;
    gap: 12px;
  }
  .head h2 {
    flex: 1;
    margin: 0;
  }
  ul {
    margin: 8px 0 0;
    padding: 0;
    list-style: none;
  }
  li {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 48px;
    border-top: 1px solid var(--divider-color);
  }
  li div {
    flex: 1;
    padding: 8px 0;
    overflow-wrap: anywhere;
  }
  .card > ul:first-child {
    margin: 0;
  }
  .card > ul:first-child li:first-child {
    border-top: none;
  }
`;

/** Cards beside each other, as many as there is room for; `--tile-width` is the least of one. */
export const tiles = css`
  .tiles {
    display: grid;
    grid-template-columns: repeat(
      auto-fill,
      minmax(min(var(--tile-width, 340px), 100%), 1fr)
    );
    gap: 16px;
    margin: 0;
    padding: 0;
    list-style: none;
  }
`;
