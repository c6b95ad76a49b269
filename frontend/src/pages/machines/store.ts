/** The machines as the server last told of them. Pure: an event makes a new shop floor of the old. */

import type {
  Happening,
  MachinesEvent,
  MachineType,
  MachineView,
  StrangeBoard,
} from "../../api/types";

export interface Floor {
  machines: ReadonlyMap<number, MachineView>;
  types: MachineType[];
  boards: StrangeBoard[];
  unknownCards: number;
  ledgerUp: boolean;
  /** The latest first. */
  happenings: readonly Happening[];
}

/** As many as people look back through. */
export const KEPT_HAPPENINGS = 50;

export function after(floor: Floor | undefined, event: MachinesEvent): Floor | undefined {
  if (event.type === "all") {
    return {
      machines: new Map(event.machines.map((machine) => [machine.id, machine])),
      types: event.types,
      boards: event.boards,
      unknownCards: event.unknown_cards ?? 0,
      ledgerUp: event.ledger_up,
      happenings: floor?.happenings ?? [],
    };
  }
  if (!floor) return floor;
  switch (event.type) {
    case "changed": {
      const machines = new Map(floor.machines);
      for (const machine of event.machines) machines.set(machine.id, machine);
      for (const id of event.removed) machines.delete(id);
      return { ...floor, machines };
    }
    case "boards":
      return { ...floor, boards: event.boards };
    case "ledger":
      return { ...floor, ledgerUp: event.ledger_up };
    case "happened": {
      const happenings = [event.happening, ...floor.happenings].slice(0, KEPT_HAPPENINGS);
      return { ...floor, happenings };
    }
    default:
      return floor;
  }
}
