/** What the menu of a machine's card does. */

import type { LitElement } from "lit";
import type { Api } from "../../api/api";
import type { MachineView, Removed } from "../../api/types";
import { confirmed } from "../../elements/at-confirm";
import { attempt, removedToast, toast } from "../../elements/at-toasts";
import { t } from "../../i18n/text";
import type { MachineDeed } from "./machine-card";

/** Ask whether a machine is really to be removed. */
export function sure(asker: LitElement, { name }: MachineView): Promise<boolean> {
  return confirmed(asker, {
    heading: t("machines.remove_heading", { machine: name }),
    text: t("machines.remove_text"),
    action: t("common.remove"),
    danger: true,
  });
}

/** Do it, and offer to undo what can be. */
export async function carryOut(api: Api, deed: MachineDeed, machine: MachineView): Promise<void> {
  const machine_id = machine.id;
  if (deed === "stop") await api.act("stop_machine", { machine_id });
  if (deed === "block") await block(api, machine, true);
  if (deed === "free") await block(api, machine, false);
  if (deed === "remove") {
    const removed = await api.act<Removed>("remove_machine", { machine_id });
    removedToast(api, t("machines.removed", { machine: machine.name }), removed);
  }
}

async function block(api: Api, { id, name }: MachineView, blocked: boolean): Promise<void> {
  await api.act("set_blocked", { machine_id: id, blocked });
  const text = blocked ? "machines.is_blocked" : "machines.is_free";
  const back = () => attempt(() => api.act("set_blocked", { machine_id: id, blocked: !blocked }));
  toast(t(text, { machine: name }), { label: t("common.undo"), run: back });
}
