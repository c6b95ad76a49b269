/** Ways to find members for a picker. */

import type { Api } from "./api";
import type { Member } from "./types";

export function fullName(member: Pick<Member, "name" | "surname">): string {
  return `${member.name} ${member.surname}`.trim();
}

/** Find any member that is not disabled: for managers. */
export function findMembers(api: Api) {
  return async (search: string) => {
    const page = await api.act<{ members: Member[] }>("list_members", {
      search,
      disabled: false,
      limit: 20,
    });
    return page.members.map((member) => ({
      id: member.id,
      name: fullName(member),
      note: member.role,
    }));
  };
}
