import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import "../../elements/at-chip";
import "../../elements/at-datetime";
import "../../elements/at-select";
import { dateTime } from "../../i18n/format";
import { t } from "../../i18n/text";
import { isOver, type Permission } from "./about";
import { MemberPart } from "./member-part";

interface Draft {
  /** `machine:3` or `type:Laser`, as a list of choices has it. */
  target: string;
  until: string | null;
  fixed: boolean;
}

/** What a member may use, until when; granted and taken away. */
@customElement("atelier-member-permissions")
export class MemberPermissions extends MemberPart<Draft> {
  protected override readonly asked = "members.grant_heading";

  protected override card() {
    const { permissions, every_machine, role } = this.about;
    return {
      heading: t("members.permissions"),
      add: t("members.grant"),
      blank: { target: "", until: null, fixed: false },
      above: every_machine ? html`<p>${t("members.every_machine", { role })}</p>` : nothing,
      lines: permissions.map((one) => this.line(one)),
      none: t("members.no_permissions"),
    };
  }

  private line(permission: Permission) {
    const { until } = permission;
    const name = this.nameOf(permission);
    const target = this.targetOf(permission);
    return html`<li>
      <div>
        ${name}
        ${
          until
            ? isOver(until)
              ? html`<at-chip tone="bad">${t("members.expired", { when: dateTime(until) })}</at-chip>`
              : html`<at-chip tone="info">${t("members.until_moment", { when: dateTime(until) })}</at-chip>`
            : nothing
        }
      </div>
      ${this.menu(
        name,
        { target, until, fixed: true },
        {
          label: t("members.revoke"),
          run: () => this.drop("revoke_permission", given(target), t("members.revoked", { name })),
        },
      )}
    </li>`;
  }

  protected override fields({ target, until, fixed }: Draft) {
    const { types, machines } = this.facts;
    return html`
      <at-select
        required
        label=${t("members.what")}
        ?disabled=${fixed}
        .value=${target}
        .options=${[
          ...types.map(({ name }) => ({
            value: `type:${name}`,
            label: t("members.all_of", { name }),
          })),
          ...machines.map(({ id, name }) => ({ value: `machine:${id}`, label: name })),
        ]}
        @at-change=${(event: CustomEvent<string>) => this.set({ target: event.detail })}
      ></at-select>
      <at-datetime
        label=${t("members.until")}
        hint=${t("members.until_hint")}
        .value=${until}
        @at-change=${(event: CustomEvent<string | null>) => this.set({ until: event.detail })}
      ></at-datetime>
    `;
  }

  protected override give({ target, until }: Draft): [string, Record<string, unknown>] {
    return ["grant_permission", { ...given(target), until: until ?? undefined }];
  }

  private targetOf({ machine_id, type_id }: Permission): string {
    const type = this.facts.types.find(({ id }) => id === type_id);
    return type ? `type:${type.name}` : `machine:${machine_id}`;
  }

  private nameOf({ machine_id, type_id }: Permission): string {
    const type = this.facts.types.find(({ id }) => id === type_id);
    if (type) return t("members.all_of", { name: type.name });
    const machine = this.facts.machines.find(({ id }) => id === machine_id);
    return machine?.name ?? String(machine_id ?? type_id);
  }
}

function given(target: string): { type: string } | { machine_id: number } {
  const [kind = "", ...rest] = target.split(":");
  const named = rest.join(":");
  return kind === "type" ? { type: named } : { machine_id: Number(named) };
}
