import { expect, test } from "vitest";
import { differences } from "../src/pages/settings/differences";
import { beginning, lasted, type Use } from "../src/pages/uses/use";

const NOW = new Date(2026, 10, 21, 15, 30);

test("periods begin where people think they do", () => {
  expect(beginning("today", NOW)).toBe(new Date(2026, 10, 21).toISOString());
  expect(beginning("week", NOW)).toBe(new Date(NOW.getTime() - 7 * 86_400_000).toISOString());
  expect(beginning("all", NOW)).toBeUndefined();
});

test("a use that lasts has lasted until now", () => {
  const use = { start: new Date(NOW.getTime() - 60_000).toISOString(), end: null } as Use;
  expect(lasted(use, NOW.getTime())).toBe(60);
});

test("a change is told by the fields that differ", () => {
  const before = { name: "Uma", cards: ["a"], email: null, version: 1 };
  const after = { name: "Uma", cards: ["a", "b"], email: "u@example.org", version: 2 };
  expect(differences(before, after)).toEqual([
    { name: "cards", before: "a", after: "a, b" },
    { name: "email", before: "", after: "u@example.org" },
  ]);
});
