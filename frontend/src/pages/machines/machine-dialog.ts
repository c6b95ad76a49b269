import { html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../../api/api";
import type { MachineType, MachineView } from "../../api/types";
import "../../elements/at-checkbox";
import "../../elements/at-form-dialog";
import "../../elements/at-number";
import "../../elements/at-select";
import "../../elements/at-text";
import { toast } from "../../elements/at-toasts";
import { t } from "../../i18n/text";

/** A number in a topic has 16 bits. */
const LAST_NUMBER = 65535;
/** Stands among the types for one that is yet to be made. */
const NEW = "new";

interface Draft {
  number: number | null;
  name: string;
  type: string;
  newType: string;
  access: MachineType["access"];
  blocked: boolean;
  server_down: MachineView["server_down"];
}

/** Add a machine, or change one. */
@customElement("atelier-machine-dialog")
export class MachineDialog extends LitElement {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) machine?: MachineView;
  /** The number of a board that is to be a machine. */
  @property({ attribute: false }) number?: number;
  @property({ attribute: false }) types: MachineType[] = [];
  @property({ attribute: false }) taken: ReadonlyMap<number, MachineView> = new Map();
  @state() private draft!: Draft;

  protected override willUpdate(_changes: PropertyValues): void {
    this.draft ??= {
      number: this.machine?.id ?? this.number ?? this.freeNumber(),
      name: this.machine?.name ?? "",
      type: this.machine?.type ?? this.types[0]?.name ?? NEW,
      newType: "",
      access: "permitted",
      blocked: this.machine?.blocked ?? false,
      server_down: this.machine?.server_down ?? "signed_list",
    };
  }

  private freeNumber(): number {
    let number = 1;
    while (this.taken.has(number)) number++;
    return number;
  }

  protected override render() {
    const { draft, machine } = this;
    const heading = machine
      ? t("machines.edit_heading", { machine: machine.name })
      : t("machines.add");
    return html`
      <at-form-dialog
        heading=${heading}
        .save=${() => this.save()}
        @at-close=${() => this.dispatchEvent(new CustomEvent("at-close"))}
      >
        <at-text
          required
          label=${t("machines.name")}
          .value=${draft.name}
          @at-change=${(event: CustomEvent<string>) => this.set({ name: event.detail })}
        ></at-text>
        <at-number
          required
          label=${t("machines.board_number")}
          hint=${t("machines.board_number_hint")}
          max=${LAST_NUMBER}
          ?disabled=${machine !== undefined || this.number !== undefined}
          .value=${draft.number}
          @at-change=${(event: CustomEvent<number | null>) => this.set({ number: event.detail })}
        ></at-number>
        ${this.typeFields()}
        <at-select
          label=${t("machines.server_down")}
          hint=${t("machines.server_down_hint")}
          .value=${draft.server_down}
          .options=${["signed_list", "deny"].map((value) => ({
            value,
            label: t(`machines.server_down_${value}`),
          }))}
          @at-change=${(event: CustomEvent<Draft["server_down"]>) => this.set({ server_down: event.detail })}
        ></at-select>
        <at-checkbox
          label=${t("common.state.blocked")}
          .value=${draft.blocked}
          @at-change=${(event: CustomEvent<boolean>) => this.set({ blocked: event.detail })}
        ></at-checkbox>
      </at-form-dialog>
    `;
  }

  private typeFields() {
    const { draft } = this;
    const options = this.types.map(({ name }) => ({ value: name, label: name }));
    return html`
      <at-select
        required
        label=${t("machines.type")}
        .value=${draft.type}
        .options=${[...options, { value: NEW, label: t("machines.new_type") }]}
        @at-change=${(event: CustomEvent<string>) => this.set({ type: event.detail })}
      ></at-select>
      ${
        draft.type === NEW
          ? html`
              <at-text
                required
                label=${t("machines.new_type_name")}
                .value=${draft.newType}
                @at-change=${(event: CustomEvent<string>) => this.set({ newType: event.detail })}
              ></at-text>
              <at-select
                label=${t("machines.access")}
                .value=${draft.access}
                .options=${["permitted", "anybody"].map((value) => ({
                  value,
                  label: t(`machines.access_${value}`),
                }))}
                @at-change=${(event: CustomEvent<Draft["access"]>) => this.set({ access: event.detail })}
              ></at-select>
            `
          : nothing
      }
    `;
  }

  private set(change: Partial<Draft>): void {
    this.draft = { ...this.draft, ...change };
  }

  private async save(): Promise<void> {
    const { number, name, newType, access, blocked, server_down } = this.draft;
    if (this.draft.type === NEW) {
      await this.api.act("add_machine_type", { name: newType, access });
      // It is there now, also if the machine is refused and tried again.
      this.set({ type: newType });
    }
    const { type } = this.draft;
    const about = { machine_id: number, name, type, blocked, server_down };
    if (this.machine)
      await this.api.act("change_machine", { ...about, version: this.machine.version });
    else await this.api.act("add_machine", about);
    toast(t("common.saved"));
  }
}
