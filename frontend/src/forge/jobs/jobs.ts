import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { ForgePage } from "../forge-page";
import "./job-list";
import "./job-view";

/** Jobs: the list, or one of them. */
@customElement("forge-jobs")
export class JobsPage extends ForgePage {
  protected override render() {
    const [id] = this.rest;
    const { door, feed, places, status } = this;
    return id
      ? keyed(
          id,
          html`<forge-job-view .door=${door} .feed=${feed} .places=${places} .status=${status}
            .rest=${this.rest}></forge-job-view>`,
        )
      : html`<forge-job-list .door=${door} .feed=${feed} .places=${places} .status=${status}></forge-job-list>`;
  }
}
