import type { LitElement } from "lit";
import { confirmed } from "../../elements/at-confirm";
import { attempt, toast } from "../../elements/at-toasts";
import { t } from "../../i18n/text";
import type { ForgeDoor } from "../door";
import type { Job } from "../types";
import { kindOf, subjectOf } from "./job";

/** End a job, after asking: its events tell when it has ended. */
export async function cancelJob(
  asker: LitElement,
  door: ForgeDoor,
  job: Pick<Job, "id" | "kind" | "params">,
): Promise<void> {
  const writes = job.kind === "flash.write";
  const sure = await confirmed(asker, {
    heading: t("forge_jobs.cancel_heading"),
    text: writes
      ? t("forge_jobs.cancel_write")
      : t("forge_jobs.cancel_text", { kind: kindOf(job.kind), subject: subjectOf(job) }),
    action: t("forge_jobs.cancel"),
    danger: true,
  });
  if (!sure) return;
  await attempt(async () => {
    await cancel(door, job);
    toast(t("forge_jobs.cancelled"));
  });
}

/** End a job that nobody waits for any more; where that fails, it runs to its end. */
export function abandon(door: ForgeDoor, job: Pick<Job, "id">): void {
  cancel(door, job).catch(() => undefined);
}

function cancel(door: ForgeDoor, { id }: Pick<Job, "id">): Promise<unknown> {
  return door.request("POST", `/jobs/${id}/cancel`);
}
