import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import type { Facts, Member } from "../../api/types";
import "../../elements/at-note";
import { LoadedPage } from "../../frame/loaded-page";
import { goTo } from "../../frame/route";
import "./matrix";
import "./member-dialog";
import "./member-list";
import "./member-view";

/** Members: the list, one of them, or who may use what as a matrix. */
@customElement("atelier-members")
export class MembersPage extends LoadedPage<Facts> {
  protected override ask(): Promise<Facts> {
    return this.api.facts();
  }

  protected override content(facts: Facts) {
    const [what, card = ""] = this.rest;
    if (what === "matrix") {
      return html`<atelier-matrix .api=${this.api} .facts=${facts}></atelier-matrix>`;
    }
    if (what && what !== "new") {
      return html`<atelier-member-view
        .api=${this.api}
        .facts=${facts}
        .admin=${this.may("admin")}
        .number=${Number(what)}
      ></atelier-member-view>`;
    }
    return html`
      <atelier-member-list .api=${this.api} .facts=${facts}></atelier-member-list>
      ${
        what === "new"
          ? html`<atelier-member-dialog
              .api=${this.api}
              .facts=${facts}
              .admin=${this.may("admin")}
              card=${card}
              @at-saved=${(event: CustomEvent<Member>) => goTo("members", event.detail.id)}
              @at-close=${() => this.rest[0] === "new" && this.leave()}
            ></atelier-member-dialog>`
          : nothing
      }
    `;
  }

  /** A saved member is gone to before its dialog closes. */
  private leave(): void {
    if (location.pathname.split("/").includes("new")) goTo("members");
  }
}
