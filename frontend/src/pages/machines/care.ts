/** How near the next care of a machine is. */

import type { MachineView, PlanView } from "../../api/types";

export interface Nearness {
  plan: PlanView;
  /** How much of the plan's hours is used up, 1 and above when it is due. */
  share: number;
  tone: "plain" | "warning" | "bad";
}

/** From here on people should make time for it. */
const SOON = 0.9;

export function nearnessOf(plan: PlanView): Nearness {
  const share = 1 - plan.hours_left / plan.every_h;
  return { plan, share, tone: share >= 1 ? "bad" : share >= SOON ? "warning" : "plain" };
}

/** Return the plan that is due first, or is most overdue; undefined without plans. */
export function nearest(machine: MachineView): Nearness | undefined {
  const plan = [...machine.plans].sort((a, b) => a.hours_left - b.hours_left)[0];
  return plan && nearnessOf(plan);
}
