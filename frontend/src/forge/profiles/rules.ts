/** What may stand in a profile: the server's own rules, kept equal to them by a test. */

import told from "./rules.json";

interface Rule {
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  required?: boolean;
  enum?: string[];
}

/** Why a value cannot stand where it does: the name of the words for it, and figures for them. */
export interface Wrong {
  why: "required" | "too_long" | "too_many" | "between" | "shape" | "moves";
  /** For `shape`: which shape it must have. */
  shape?: string;
  figures?: Record<string, number>;
}

const RULES = told as Record<string, Rule>;

/** Fields of one shape have one text that tells it. */
const SHAPES: Record<string, string> = {
  profile_id: "name",
  target: "name",
  subtarget: "name",
  imagebuilder_profile: "name",
  openwrt_release: "release",
  "packages[]": "package",
  "packages_remove[]": "package",
  "files[].source": "inside",
  overlay_dir: "inside",
  "files[].destination": "on_device",
  "files[].mode": "mode",
  "files[].owner": "owner",
  bin_dir: "bin_dir",
  extra_image_name: "image_name",
  "disabled_services[]": "service",
  description: "text",
  notes: "text",
};

/** Return what is wrong with a value at a place such as `files[].mode`; nothing, if nothing is. */
export function wrongWith(place: string, value: unknown): Wrong | undefined {
  const rule = RULES[place];
  const empty = value === undefined || value === null || value === "";
  if (!rule || empty) return rule?.required && empty ? { why: "required" } : undefined;
  if (Array.isArray(value)) {
    const most = rule.maxItems ?? Infinity;
    return value.length > most ? { why: "too_many", figures: { n: most } } : undefined;
  }
  if (typeof value === "number") {
    const { minimum = -Infinity, maximum = Infinity } = rule;
    const within = Number.isInteger(value) && value >= minimum && value <= maximum;
    return within ? undefined : { why: "between", figures: { min: minimum, max: maximum } };
  }
  const text = String(value);
  // Python counts characters, not the halves that some of them have here.
  const length = [...text].length;
  if (length > (rule.maxLength ?? Infinity)) {
    return { why: "too_long", figures: { n: rule.maxLength ?? 0 } };
  }
  const fits = rule.pattern === undefined || new RegExp(rule.pattern, "u").test(text);
  const listed = rule.enum === undefined || rule.enum.includes(text);
  return fits && listed ? undefined : { why: "shape", shape: SHAPES[place] ?? "line" };
}

/** Return the fields that must be given within something, such as `files[]`; of a profile for "". */
export function neededIn(place: string): string[] {
  const start = place ? `${place}.` : "";
  return Object.keys(RULES)
    .filter((name) => RULES[name]?.required && name.startsWith(start))
    .map((name) => name.slice(start.length))
    .filter((name) => !/[.[]/.test(name));
}

/** Tell whether a release is a snapshot, whose packages change from day to day. */
export function moves(release: string): boolean {
  return release.toUpperCase().endsWith("SNAPSHOT");
}
