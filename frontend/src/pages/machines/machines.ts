import { mdiPlus } from "@mdi/js";
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { repeat } from "lit/directives/repeat.js";
import type { MachineView } from "../../api/types";
import "../../elements/at-button";
import { confirmed } from "../../elements/at-confirm";
import "../../elements/at-more";
import "../../elements/at-note";
import type { Removed } from "../../api/types";
import { attempt, removedToast, toast } from "../../elements/at-toasts";
import { AtelierPage } from "../../frame/page";
import { failureText } from "../../i18n/failures";
import { t } from "../../i18n/text";
import "./happenings";
import "./key-dialog";
import type { Deed, MachineDeed } from "./machine-card";
import "./machine-card";
import "./machine-dialog";
import { machines } from "./machine-style";
import "./machine-filters";
import "./start-dialog";
import { after, type Floor } from "./store";
import "./strange-boards";
import { shown, type View } from "./view";

/** As many cards as are drawn at a time. */
const DRAWN = 40;

/** What is being filled in: a machine that is there, or a new one of some number. */
type Form = { machine?: MachineView; number?: number };

/** All machines, live. */
@customElement("atelier-machines")
export class MachinesPage extends AtelierPage {
  @state() private floor?: Floor;
  @state() private failed: unknown;
  @state() private view: View = { search: "", state: "", type: "", order: "state" };
  @state() private form?: Form;
  @state() private starting?: MachineView;
  @state() private keying?: MachineView;
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
        @at-adopt=${(event: CustomEvent<number>) => {
          this.form = { number: event.detail };
        }}
      ></atelier-strange-boards>
      <atelier-machine-filters
        .floor=${floor}
        .view=${this.view}
        @at-change=${(event: CustomEvent<View>) => {
          this.view = event.detail;
          this.drawn = DRAWN;
        }}
      >
        <at-button
          kind="primary"
          .icon=${mdiPlus}
          @click=${() => {
            this.form = {};
          }}
        >
          ${t("machines.add")}
        </at-button>
      </atelier-machine-filters>
      <div class="floor">
        ${this.grid(floor)}
        <atelier-happenings .floor=${floor}></atelier-happenings>
      </div>
      ${this.dialogs(floor)}
    `;
  }

  private grid(floor: Floor) {
    const collator = new Intl.Collator(this.hass.locale.language, { numeric: true });
    const found = shown(floor.machines.values(), this.view, collator);
    if (!found.length) {
      const text = floor.machines.size ? "common.no_match" : "machines.none";
      return html`<at-note>${t(text)}</at-note>`;
    }
    return html`<div class="grid" @at-deed=${this.asked}>
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

  private dialogs(floor: Floor) {
    return html`
      ${
        this.form
          ? html`<atelier-machine-dialog
              .api=${this.api}
              .machine=${this.form.machine}
              .number=${this.form.number}
              .types=${floor.types}
              .taken=${floor.machines}
              @at-close=${() => {
                this.form = undefined;
              }}
            ></atelier-machine-dialog>`
          : nothing
      }
      ${
        this.starting
          ? html`<atelier-start-dialog
              .api=${this.api}
              .machine=${this.starting}
              @at-close=${() => {
                this.starting = undefined;
              }}
            ></atelier-start-dialog>`
          : nothing
      }
      ${
        this.keying
          ? html`<atelier-key-dialog
              .api=${this.api}
              .machine=${this.keying}
              @at-close=${() => {
                this.keying = undefined;
              }}
            ></atelier-key-dialog>`
          : nothing
      }
    `;
  }

  private asked(event: CustomEvent<Deed>): void {
    const { deed, machine } = event.detail;
    if (deed === "edit") this.form = { machine };
    else if (deed === "start") this.starting = machine;
    else if (deed === "key") this.keying = machine;
    else void this.carryOut(deed, machine);
  }

  private async carryOut(deed: MachineDeed, machine: MachineView): Promise<void> {
    const machine_id = machine.id;
    if (deed === "remove" && !(await this.sure(machine))) return;
    this.busy = new Map(this.busy).set(machine_id, deed);
    await attempt(async () => {
      if (deed === "stop") await this.api.act("stop_machine", { machine_id });
      if (deed === "block") await this.block(machine, true);
      if (deed === "free") await this.block(machine, false);
      if (deed === "remove") {
        const removed = await this.api.act<Removed>("remove_machine", { machine_id });
        removedToast(this.api, t("machines.removed", { machine: machine.name }), removed);
      }
    });
    this.busy = new Map(this.busy);
    this.busy.delete(machine_id);
  }

  private async block({ id, name }: MachineView, blocked: boolean): Promise<void> {
    await this.api.act("set_blocked", { machine_id: id, blocked });
    const text = blocked ? "machines.is_blocked" : "machines.is_free";
    const back = () =>
      attempt(() => this.api.act("set_blocked", { machine_id: id, blocked: !blocked }));
    toast(t(text, { machine: name }), { label: t("common.undo"), run: back });
  }

  private sure(machine: MachineView): Promise<boolean> {
    return confirmed(this, {
      heading: t("machines.remove_heading", { machine: machine.name }),
      text: t("machines.remove_text"),
      action: t("common.remove"),
      danger: true,
    });
  }
}
