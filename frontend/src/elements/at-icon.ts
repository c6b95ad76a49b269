import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";

/** Draw a Material Design icon, given by its path: `<at-icon .path=${mdiLock}>`. */
@customElement("at-icon")
export class AtIcon extends LitElement {
  @property() path = "";

  static override styles = css`
    :host {
      display: inline-flex;
      flex: none;
      width: var(--at-icon-size, 24px);
      height: var(--at-icon-size, 24px);
    }
    svg {
      width: 100%;
      height: 100%;
      fill: currentColor;
    }
  `;

  protected override render() {
    return html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${this.path}></path></svg>`;
  }
}
