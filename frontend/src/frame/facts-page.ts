import { state } from "lit/decorators.js";
import type { Facts } from "../api/types";
import { attempt } from "../elements/at-toasts";
import { AtelierPage } from "./page";

/** The base of pages that show lists by the names of what a workshop has. */
export abstract class FactsPage extends AtelierPage {
  /** They come while the page is shown already. */
  @state() protected facts?: Facts;

  override connectedCallback(): void {
    super.connectedCallback();
    void attempt(async () => {
      this.facts = await this.api.facts();
    });
  }
}
