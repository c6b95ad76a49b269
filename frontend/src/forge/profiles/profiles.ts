import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { ForgePage } from "../forge-page";
import "./compare-view";
import "./profile-editor";
import "./profile-list";
import "./profile-view";

/** Profiles: their list, one of them, or two side by side. No id begins with a dash. */
@customElement("forge-profiles")
export class ProfilesPage extends ForgePage {
  protected override render() {
    const { door, feed, places, status, rest } = this;
    const [id, what, number] = rest;
    if (!id) {
      return html`<forge-profile-list .door=${door} .feed=${feed} .places=${places}
        .status=${status}></forge-profile-list>`;
    }
    if (id === "-new" || what === "edit") {
      const of = id === "-new" ? undefined : id;
      return keyed(
        id,
        html`<forge-profile-editor .door=${door} .feed=${feed} .places=${places} .status=${status}
          .profileId=${of}></forge-profile-editor>`,
      );
    }
    if (id === "-compare") {
      return keyed(
        rest.join(" "),
        html`<forge-compare-view .door=${door} .feed=${feed} .places=${places}
          .rest=${rest}></forge-compare-view>`,
      );
    }
    const version = what === "versions" ? Number(number) : undefined;
    return keyed(
      `${id} ${version}`,
      html`<forge-profile-view .door=${door} .feed=${feed} .places=${places} .status=${status}
        .profileId=${id} .version=${version}></forge-profile-view>`,
    );
  }
}
