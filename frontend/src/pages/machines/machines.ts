import { mdiPlus } from "@mdi/js";
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { repeat } from "lit/directives/repeat.js";
import type { MachineView } from "../../api/types";
import "../../elements/at-button";
import type { Person } from "../../elements/at-member-picker";
import "../../elements/at-more";
import "../../elements/at-note";
import { attempt } from "../../elements/at-toasts";
import { AtelierPage } from "../../frame/page";
import { failureText } from "../../i18n/failures";
import { t } from "../../i18n/text";
import "../members/choose-member";
import { carryOut, sure } from "./deeds";
import "./happenings";
import "./key-dialog";
import type { Deed, MachineDeed } from "./machine-card";
import "./machine-card";
import "./machine-dialog";
import { machines } from "./machine-style";
import "./machine-filters";
import { after, type Floor } from "./store";
import "./strange-boards";
import { shown, type View } from "./view";

/** As many cards as are drawn at a time. */
const DRAWN = 40;

/** Which dialog is open: the form is about a machine that is there, or a new one of some number. */
type Open =
  | { what: "form"; machine?: MachineView; number?: number }
  | { what: "start" | "key"; machine: MachineView };

/** All machines, live. */
@customElement("atelier-machines")
export class MachinesPage extends AtelierPage {
  @state() private floor?: Floor;
  @state() private failed: unknown;
  @state() private view: View = { search: "", state: "", type: "", order: "state" };
  @state() private open: Open | undefined;
  /** How many cards are drawn: more as somebody goes down the page. */
  @state() private drawn = DRAWN;
  @state() private busy = new Map<number, MachineDeed>();
  private end?: () => void;

  static override styles = [AtelierPage.styles, machines];

  override connectedCallback(): void {
    super.connectedCallback();
    this.follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.end?.();
  }

  private follow(): void {
    this.end?.();
    this.failed = undefined;
    this.end = this.api.machines(
      (event) => {
        this.failed = undefined;
        this.floor = after(this.floor, event);
        if (event.type === "facts") void this.look(event.kinds);
      },
      (error) => {
        this.failed = error;
      },
    );
  }

  /** Ask for what somebody changed and the stream does not hold. */
  private async look(kinds: string[]): Promise<void> {
    if (kinds.includes("type")) {
      const facts = await attempt(() => this.api.facts());
      if (this.floor && facts) this.floor = { ...this.floor, types: facts.types };
    }
    if (kinds.includes("unknown_card")) {
      const cards = await attempt(() =>
        this.api.act<{ total: number }>("list_unknown_cards", { limit: 1 }),
      );
      if (this.floor && cards) this.floor = { ...this.floor, unknownCards: cards.total };
    }
  }

  protected override render() {
    if (this.failed !== undefined) {
      return html`<at-note kind="error" @at-retry=${this.follow}>${failureText(this.failed)}</at-note>`;
    }
    if (!this.floor) return html`<at-note kind="loading"></at-note>`;
    const { floor } = this;
    return html`
      ${
        floor.ledgerUp
          ? nothing
          : html`<p class="card warning" role="alert">${t("machines.ledger_down")}</p>`
      }
      <atelier-strange-boards
        .boards=${floor.boards}
        .cards=${floor.unknownCards}
        @at-adopt=${(event: CustomEvent<number>) => this.show({ what: "form", number: event.detail })}
      ></atelier-strange-boards>
      <atelier-machine-filters
        .floor=${floor}
        .view=${this.view}
        @at-change=${(event: CustomEvent<View>) => {
          this.view = event.detail;
          this.drawn = DRAWN;
        }}
      >
        <at-button kind="primary" .icon=${mdiPlus} @click=${() => this.show({ what: "form" })}>
          ${t("machines.add")}
        </at-button>
      </atelier-machine-filters>
      <div class="floor">
        ${this.grid(floor)}
        <atelier-happenings .floor=${floor}></atelier-happenings>
      </div>
      ${this.dialog(floor)}
    `;
  }

  private grid(floor: Floor) {
    const collator = new Intl.Collator(this.hass.locale.language, { numeric: true });
    const found = shown(floor.machines.values(), this.view, collator);
    if (!found.length) {
      const text = floor.machines.size ? "common.no_match" : "machines.none";
      return html`<at-note>${t(text)}</at-note>`;
    }
    return html`<div class="tiles" @at-deed=${this.asked}>
      ${repeat(
        found.slice(0, this.drawn),
        ({ id }) => id,
        (machine) => html`<atelier-machine-card
          .machine=${machine}
          .keys=${this.may("admin")}
          .busy=${this.busy.get(machine.id) ?? ""}
        ></atelier-machine-card>`,
      )}
      ${
        found.length > this.drawn
          ? // One for each length: it tells only when it comes into view.
            keyed(
              this.drawn,
              html`<at-more
                @at-more=${() => {
                  this.drawn += DRAWN;
                }}
              ></at-more>`,
            )
          : nothing
      }
    </div>`;
  }

  private dialog(floor: Floor) {
    const open = this.open;
    const close = () => this.show();
    if (open?.what === "form") {
      return html`<atelier-machine-dialog
        .api=${this.api}
        .machine=${open.machine}
        .number=${open.number}
        .types=${floor.types}
        .taken=${floor.machines}
        @at-close=${close}
      ></atelier-machine-dialog>`;
    }
    if (open?.what === "start") {
      const { id, name } = open.machine;
      return html`<atelier-choose-member
        .api=${this.api}
        heading=${t("machines.start_heading", { machine: name })}
        action=${t("machines.start")}
        .save=${(member: Person) =>
          this.api.act("start_machine", { machine_id: id, member_id: member.id })}
        @at-close=${close}
      ></atelier-choose-member>`;
    }
    return open
      ? html`<atelier-key-dialog
          .api=${this.api}
          .machine=${open.machine}
          @at-close=${close}
        ></atelier-key-dialog>`
      : nothing;
  }

  private show(open?: Open): void {
    this.open = open;
  }

  private asked(event: CustomEvent<Deed>): void {
    const { deed, machine } = event.detail;
    if (deed === "edit") this.show({ what: "form", machine });
    else if (deed === "start" || deed === "key") this.show({ what: deed, machine });
    else void this.carryOut(deed, machine);
  }

  private async carryOut(deed: MachineDeed, machine: MachineView): Promise<void> {
    if (deed === "remove" && !(await sure(this, machine))) return;
    this.busy = new Map(this.busy).set(machine.id, deed);
    await attempt(() => carryOut(this.api, deed, machine));
    this.busy = new Map(this.busy);
    this.busy.delete(machine.id);
  }
}
