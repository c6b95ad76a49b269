/** Which machines are shown, and in which order. */

import type { MachineState, MachineView } from "../../api/types";

export type Order = "state" | "name" | "number" | "care";

export interface View {
  search: string;
  state: MachineState | "";
  type: string;
  order: Order;
}

/** What somebody looks for first stands first. */
const RANK: MachineState[] = ["in_use", "maintenance", "blocked", "offline", "free"];

const COMPARE: Record<Order, (a: MachineView, b: MachineView) => number> = {
  state: (a, b) => RANK.indexOf(a.state) - RANK.indexOf(b.state),
  name: () => 0,
  number: (a, b) => a.id - b.id,
  care: (a, b) => (a.hours_to_care ?? Infinity) - (b.hours_to_care ?? Infinity),
};

/** Return the machines that are looked for, by name where nothing else tells them apart. */
export function shown(machines: Iterable<MachineView>, view: View, collator: Intl.Collator) {
  const words = view.search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return [...machines]
    .filter((machine) => {
      if (view.state && machine.state !== view.state) return false;
      if (view.type && String(machine.type_id) !== view.type) return false;
      const text = `${machine.name} ${machine.id} ${machine.type ?? ""} ${machine.member_name ?? ""}`;
      return words.every((word) => text.toLocaleLowerCase().includes(word));
    })
    .sort((a, b) => COMPARE[view.order](a, b) || collator.compare(a.name, b.name) || a.id - b.id);
}

/** Tell how many machines are in each state. */
export function counted(machines: Iterable<MachineView>): Map<MachineState, number> {
  const counts = new Map<MachineState, number>();
  for (const { state } of machines) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}
