/** What is changed in the matrix and not saved yet. Pure: each change makes a new set of changes. */

import type { Facts } from "../../api/types";
import { isOver, type Permission } from "./about";

/** A column: a machine, or all machines of a type. */
export interface Target {
  key: string;
  name: string;
  machine_id?: number;
  type_id?: number;
}

/** By cell: whether it shall be granted. */
export type Pending = ReadonlyMap<string, boolean>;

export interface Change {
  member_id: number;
  machine_id?: number;
  type_id?: number;
  granted: boolean;
  until?: string | null;
}

export function targetsOf({ types, machines }: Facts): Target[] {
  return [
    ...types
      .filter(({ access }) => access === "permitted")
      .map(({ id, name }) => ({ key: `type${id}`, name, type_id: id })),
    ...machines.map(({ id, name }) => ({ key: `machine${id}`, name, machine_id: id })),
  ];
}

export function cellOf(member: number, target: Target): string {
  return `${member}/${target.key}`;
}

/** Return what is granted now, by cell; what has expired is not. */
export function grantedCells(permissions: Permission[], now = Date.now()): Map<string, Permission> {
  const cells = permissions
    .filter(({ until }) => !isOver(until, now))
    .map((one): [string, Permission] => {
      const key = one.type_id === null ? `machine${one.machine_id}` : `type${one.type_id}`;
      return [`${one.member_id}/${key}`, one];
    });
  return new Map(cells);
}

/** Want a cell one way; wanting what is so anyway is no change. */
export function wanted(pending: Pending, cell: string, is: boolean, shall: boolean): Pending {
  const next = new Map(pending);
  if (is === shall) next.delete(cell);
  else next.set(cell, shall);
  return next;
}

/** Return what `set_permissions` takes. */
export function changesOf(pending: Pending, targets: Target[], until: string | null): Change[] {
  const byKey = new Map(targets.map((target) => [target.key, target]));
  return [...pending].flatMap(([cell, granted]) => {
    const [member = "", key = ""] = cell.split("/");
    const target = byKey.get(key);
    if (!target) return [];
    const { machine_id, type_id } = target;
    const which = machine_id === undefined ? { type_id: type_id as number } : { machine_id };
    return [{ member_id: Number(member), ...which, granted, ...(granted ? { until } : {}) }];
  });
}
