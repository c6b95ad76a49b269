/** What a form holds of a member, and what of it is to be changed. */

import type { Member } from "../../api/types";

export interface Draft {
  name: string;
  surname: string;
  role: string;
  cards: string[];
  email: string;
  weekly_summary: boolean;
  user_id: string;
}

export type Field = keyof Draft;

export const FIELDS: Field[] = [
  ...(["name", "surname", "role", "cards"] as const),
  ...(["email", "weekly_summary", "user_id"] as const),
];

export function draftOf(member: Partial<Member>): Draft {
  return {
    name: member.name ?? "",
    surname: member.surname ?? "",
    role: member.role ?? "",
    cards: member.cards ?? [],
    email: member.email ?? "",
    weekly_summary: member.weekly_summary ?? false,
    user_id: member.user_id ?? "",
  };
}

/** Return the fields in which two differ. */
export function differing(one: Draft, other: Draft): Field[] {
  return FIELDS.filter((field) => String(one[field]) !== String(other[field]));
}

/** Return what was typed upon what is there now: who changed something else keeps that. */
export function rebased(typed: Draft, before: Draft, now: Draft): Draft {
  const mine = Object.fromEntries(differing(typed, before).map((field) => [field, typed[field]]));
  return { ...now, ...mine };
}

/** Return fields as the actions take them: an empty address or link is none. */
export function given(draft: Draft, fields: readonly Field[]): Record<string, unknown> {
  const nullable = new Set<Field>(["email", "user_id"]);
  return Object.fromEntries(
    fields.map((field) => [field, nullable.has(field) ? draft[field] || null : draft[field]]),
  );
}
