/** What the Forge's API tells, as far as more than one page needs it. */

import type { Problem } from "../api/errors";

export type ActiveState = "preparing" | "downloading" | "verifying" | "building" | "collecting";
export type FinishedState = "done" | "failed" | "cancelled";
export type JobState = "queued" | ActiveState | FinishedState;

export interface Status {
  version: string;
  /** OpenWrt's servers are never asked. */
  offline: boolean;
  /** Cards may be written. */
  flashing: boolean;
  /** Why this Forge builds nothing. */
  cannot_build?: Problem | null;
  waiting: number;
  running: number;
  /** In bytes, where the Forge keeps its data. */
  disk_free: number;
  disk_reserve: number;
}

export interface Job {
  id: string;
  kind: string;
  state: JobState;
  step: string | null;
  percent: number | null;
  position: number | null;
  priority: number;
  params: Record<string, unknown>;
  result: Record<string, unknown> | null;
  error: Problem | null;
  by: string;
  host: string | null;
  attempt: number;
  cancel_requested: boolean;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
}

const FINISHED: readonly string[] = ["done", "failed", "cancelled"];

/** Tell whether a job will not change any more. */
export function finished(state: string): boolean {
  return FINISHED.includes(state);
}
