/** What a change made of a fact, field by field. */

export type Fields = Record<string, unknown>;

export interface Difference {
  name: string;
  before: string;
  after: string;
}

/** Says nothing to people: it grows with each change. */
const HIDDEN = new Set(["version"]);

export function differences(before: Fields | null, after: Fields | null): Difference[] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return names
    .filter((name) => !HIDDEN.has(name))
    .map((name) => ({ name, before: shown(before?.[name]), after: shown(after?.[name]) }))
    .filter((one) => one.before !== one.after);
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.join(", ") : String(value);
}
