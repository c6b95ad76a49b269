/** What `resolve_member` tells of a member. */

import type { Member } from "../../api/types";

export interface Permission {
  id: number;
  member_id: number;
  machine_id: number | null;
  type_id: number | null;
  until: string | null;
  granted_by: number | null;
  version: number;
}

export interface Trained {
  id: number;
  member_id: number;
  training_id: number;
  training: string;
  at: string;
  until: string | null;
  instructor: boolean;
  version: number;
}

export interface About {
  name: string;
  role: string;
  every_machine: boolean;
  member: Member;
  permissions: Permission[];
  trainings: Trained[];
}

/** Tell whether a moment is over. */
export function isOver(moment: string | null, now = Date.now()): boolean {
  return moment !== null && new Date(moment).getTime() <= now;
}
