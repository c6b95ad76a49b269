import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { ForgePage } from "../forge-page";
import "./build-list";
import "./build-view";

/** Builds: the history, or one of them. */
@customElement("forge-builds")
export class BuildsPage extends ForgePage {
  protected override render() {
    const [what, id] = this.rest;
    const { door, feed, places, status } = this;
    // `builds/of/<profile>` is one profile's history.
    return what && what !== "of"
      ? keyed(
          what,
          html`<forge-build-view .door=${door} .feed=${feed} .places=${places} .status=${status}
            .rest=${this.rest}></forge-build-view>`,
        )
      : keyed(
          id,
          html`<forge-build-list .door=${door} .feed=${feed} .places=${places} .status=${status}
            .profile=${id}></forge-build-list>`,
        );
  }
}
