import { html } from "lit";
import { customElement } from "lit/decorators.js";
import type { Role } from "../../api/types";
import "../../elements/at-checkbox";
import { t } from "../../i18n/text";
import { KindList } from "./kind-list";

interface RoleRow extends Role {
  members: number;
}

interface Draft {
  name: string;
  every_machine: boolean;
  care: boolean;
  manage: boolean;
}

const RIGHTS = ["every_machine", "care", "manage"] as const;

/** What groups of members may do anywhere. */
@customElement("atelier-roles")
export class Roles extends KindList<RoleRow, Draft> {
  protected readonly kind = "role";
  protected readonly field = "role";

  protected override async load(): Promise<RoleRow[]> {
    return (await this.api.act<{ roles: RoleRow[] }>("list_roles")).roles;
  }

  protected override locked(role: RoleRow): boolean {
    return role.reserved;
  }

  protected override begun(role?: RoleRow): Draft {
    const { name = "", every_machine = false, care = false, manage = false } = role ?? {};
    return { name, every_machine, care, manage };
  }

  protected override given(draft: Draft): Record<string, unknown> {
    return { ...draft };
  }

  protected override about(role: RoleRow): string {
    const may = RIGHTS.filter((right) => role[right]).map((right) => t(`settings.role.${right}`));
    if (role.reserved) may.push(t("settings.role.reserved"));
    return [t("settings.members", { n: role.members }), ...may].join(" · ");
  }

  protected override fields(draft: Draft) {
    return RIGHTS.map(
      (right) => html`<at-checkbox
        label=${t(`settings.role.${right}`)}
        hint=${t(`settings.role.${right}_hint`)}
        .value=${draft[right]}
        @at-change=${(event: CustomEvent<boolean>) => this.set({ [right]: event.detail })}
      ></at-checkbox>`,
    );
  }
}
