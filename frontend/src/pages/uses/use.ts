/** A use as the server tells it, and the periods that people ask for. */

export interface Use {
  id: number;
  machine_id: number;
  machine: string | null;
  member_id: number | null;
  member_name: string | null;
  start: string;
  last_seen: string;
  end: string | null;
  hours: number;
  ending: string | null;
  replay: boolean;
  version: number;
}

export type Period = "all" | "today" | "week" | "month" | "year" | "custom";

export const PERIODS: Period[] = ["all", "today", "week", "month", "year", "custom"];

const DAYS = { week: 7, month: 30, year: 365 };

/** Return when a period begins, as ISO text; undefined where it has no beginning of its own. */
export function beginning(period: Period, now = new Date()): string | undefined {
  if (period === "all" || period === "custom") return undefined;
  if (period === "today") {
    return new Date(now.getFullYear(), now.getMonth(), now.getDate()).toISOString();
  }
  return new Date(now.getTime() - DAYS[period] * 86_400_000).toISOString();
}

/** Return for how long a use has lasted, in seconds; one that lasts does so until now. */
export function lasted(use: Use, now = Date.now()): number {
  const end = use.end ? new Date(use.end).getTime() : now;
  return (end - new Date(use.start).getTime()) / 1000;
}
