import type { Job } from "../types";

/** Return for how long a job has run, in seconds; one that runs does so until now. */
export function jobSpan(job: Pick<Job, "started_at" | "finished_at">, now = Date.now()): number {
  if (!job.started_at) return 0;
  const end = job.finished_at ? new Date(job.finished_at).getTime() : now;
  return Math.max(0, (end - new Date(job.started_at).getTime()) / 1000);
}
