/** How a log looks: lines of one height, so that those out of sight need not be drawn. */

import { css } from "lit";

export const LINE_PX = 20;

export const logStyle = css`
  :host {
    display: block;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    align-items: center;
    margin-bottom: 8px;
  }
  at-search {
    flex: 1 1 180px;
    max-width: 320px;
  }
  .found {
    min-width: 72px;
    font-size: 0.875rem;
    color: var(--secondary-text-color);
  }
  .window {
    position: relative;
    /* Its end, where the newest line is, stays in sight below what is told of the job. */
    height: clamp(240px, 100vh - 580px, 640px);
    overflow: auto;
    border: 1px solid var(--divider-color);
    border-radius: var(--ha-card-border-radius, 12px);
    background: var(--code-editor-background-color, var(--secondary-background-color));
    font: 13px / 20px ui-monospace, "Roboto Mono", "DejaVu Sans Mono", monospace;
    overflow-anchor: none;
  }
  .window.short {
    height: auto;
    max-height: clamp(240px, 100vh - 580px, 640px);
  }
  .lines {
    position: absolute;
    inset: 8px auto auto 12px;
    margin: 0;
    font: inherit;
    white-space: pre;
  }
  .line {
    height: 20px;
  }
  .line.state {
    font-weight: 600;
  }
  .line.here {
    background: color-mix(in srgb, var(--primary-color) 25%, transparent);
  }
  mark {
    background: color-mix(in srgb, var(--warning-color) 60%, transparent);
    color: inherit;
  }
`;
