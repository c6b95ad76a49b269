import { describe, expect, test } from "vitest";
import type { Facts } from "../src/api/types";
import type { Permission } from "../src/pages/members/about";
import { differing, draftOf, given, rebased } from "../src/pages/members/draft";
import { cellOf, changesOf, grantedCells, targetsOf, wanted } from "../src/pages/members/pending";

const FACTS: Facts = {
  roles: [],
  trainings: [],
  types: [
    {
      id: 1,
      name: "Laser",
      access: "permitted",
      logoff_min: 0,
      grace_min: 0,
      training_id: null,
      version: 1,
    },
    {
      id: 2,
      name: "Drill",
      access: "anybody",
      logoff_min: 0,
      grace_min: 0,
      training_id: null,
      version: 1,
    },
  ],
  machines: [{ id: 7, name: "LASER1", type_id: 1 }],
};

function permission(fields: Partial<Permission>): Permission {
  return {
    id: 1,
    member_id: 3,
    machine_id: null,
    type_id: null,
    until: null,
    granted_by: null,
    version: 1,
    ...fields,
  };
}

describe("what two people change of one member", () => {
  const before = draftOf({ name: "Uma", cards: ["04a1b2c3"] });

  test("keeps what each of them changed", () => {
    const mine = { ...before, surname: "Thurman" };
    const theirs = { ...before, email: "uma@example.org", cards: [] };
    const both = rebased(mine, before, theirs);
    expect(both).toEqual({ ...before, surname: "Thurman", email: "uma@example.org", cards: [] });
    expect(differing(both, theirs)).toEqual(["surname"]);
  });

  test("an emptied address is none", () => {
    expect(given({ ...before, email: "" }, ["email", "name"])).toEqual({
      email: null,
      name: "Uma",
    });
  });
});

describe("the matrix", () => {
  const [laser, machine] = targetsOf(FACTS);

  test("has a column for each machine, and for types that need a permission", () => {
    expect(targetsOf(FACTS).map(({ key }) => key)).toEqual(["type1", "machine7"]);
  });

  test("does not show what has expired as granted", () => {
    const old = permission({ type_id: 1, until: "2020-01-01T00:00:00Z" });
    const good = permission({ machine_id: 7, until: "2999-01-01T00:00:00Z" });
    expect([...grantedCells([old, good]).keys()]).toEqual(["3/machine7"]);
  });

  test("forgets a change that was taken back", () => {
    if (!laser || !machine) throw new Error("no columns");
    const once = wanted(new Map(), cellOf(3, laser), false, true);
    const both = wanted(once, cellOf(4, machine), true, false);
    expect(wanted(both, cellOf(3, laser), false, false).size).toBe(1);
    expect(changesOf(both, targetsOf(FACTS), "2027-01-01T00:00:00Z")).toEqual([
      { member_id: 3, type_id: 1, granted: true, until: "2027-01-01T00:00:00Z" },
      { member_id: 4, machine_id: 7, granted: false },
    ]);
  });
});
