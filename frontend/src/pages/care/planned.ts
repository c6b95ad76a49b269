/** All plans of all machines, the most urgent first. */

import type { MachineView, PlanView } from "../../api/types";
import { type Nearness, nearnessOf } from "../machines/care";

export interface PlannedCare extends Nearness {
  machine: MachineView;
  plan: PlanView;
}

export function ofNearness(machines: MachineView[]): PlannedCare[] {
  return machines
    .flatMap((machine) => machine.plans.map((plan) => ({ machine, ...nearnessOf(plan) })))
    .sort((a, b) => a.plan.hours_left - b.plan.hours_left);
}
