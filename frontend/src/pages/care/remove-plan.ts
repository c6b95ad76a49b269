import type { LitElement } from "lit";
import type { Api } from "../../api/api";
import type { MachineView, PlanView, Removed } from "../../api/types";
import { confirmed } from "../../elements/at-confirm";
import { attempt, removedToast } from "../../elements/at-toasts";
import { t } from "../../i18n/text";

/** Ask, remove a plan, and offer to take that back. */
export async function removePlan(
  asker: LitElement,
  api: Api,
  plan: PlanView,
  machine: MachineView,
): Promise<void> {
  const facts = { plan: plan.description, machine: machine.name };
  const sure = await confirmed(asker, {
    heading: t("care.remove_heading", facts),
    text: t("care.remove_text"),
    action: t("common.remove"),
    danger: true,
  });
  if (!sure) return;
  const removed = await attempt(() => api.act<Removed>("remove_care_plan", { plan_id: plan.id }));
  if (removed) removedToast(api, t("care.removed", facts), removed);
}
