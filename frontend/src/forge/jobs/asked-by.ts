import { html } from "lit";
import { t } from "../../i18n/text";
import type { Places } from "../places";

/** Return who asked for a job: a person, or a job that asks for others. */
export function askedBy(by: string, places: Places): unknown {
  const batch = /^batch (\w{32})$/.exec(by)?.[1];
  if (!batch) return by;
  return html`<a href=${places.address(["jobs", batch])}>${t("forge_jobs.by_batch")}</a>`;
}
