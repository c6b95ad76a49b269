/** What a page is: an element that is given the workshop it is about. */

import { type CSSResultGroup, LitElement } from "lit";
import { property } from "lit/decorators.js";
import type { Api } from "../api/api";
import type { Rights, WorkshopInfo } from "../api/types";
import { base, page } from "../elements/styles";
import type { Hass } from "../hass";

/** The base of all pages, of the panel and of the Forge. */
export abstract class Page extends LitElement {
  /** What follows the page's own name in the address: `/atelier/members/7` is `["7"]`. */
  @property({ attribute: false }) rest: string[] = [];

  static override styles: CSSResultGroup = [base, page];
}

/** The base of the workshop's pages. It is made anew when the workshop or the language changes. */
export abstract class AtelierPage extends Page {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) workshop!: WorkshopInfo;
  @property({ attribute: false }) hass!: Hass;

  protected may(right: Rights): boolean {
    return this.workshop.rights.includes(right);
  }
}
