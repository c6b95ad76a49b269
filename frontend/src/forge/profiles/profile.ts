/** Profiles, as the Forge's API tells of them and takes them. */

import type { Failure } from "../../api/errors";
import { moves, neededIn, type Wrong, wrongWith } from "./rules";

export interface OwnFile {
  source: string;
  destination: string;
  mode?: string | null;
  owner?: string | null;
}

/** What an image is to hold; what is empty was not said. */
export interface Profile {
  profile_id: string;
  name: string;
  description?: string | null;
  device_id: string;
  tags?: string[] | null;
  openwrt_release: string;
  target: string;
  subtarget: string;
  imagebuilder_profile: string;
  packages?: string[] | null;
  packages_remove?: string[] | null;
  files?: OwnFile[] | null;
  overlay_dir?: string | null;
  policies?: {
    filesystem?: string | null;
    include_kernel_symbols?: boolean | null;
    strip_debug?: boolean | null;
    auto_resize_rootfs?: boolean | null;
    allow_snapshot?: boolean | null;
  } | null;
  build_defaults?: {
    rebuild_if_cached?: boolean | null;
    initramfs?: boolean | null;
    keep_build_dir?: boolean | null;
  } | null;
  bin_dir?: string | null;
  extra_image_name?: string | null;
  disabled_services?: string[] | null;
  rootfs_partsize?: number | null;
  add_local_key?: boolean | null;
  created_by?: string | null;
  notes?: string | null;
}

export interface Kept {
  profile: Profile;
  version: number;
  version_id: string;
  digest: string;
  /** The hash of what was uploaded to be laid over the image. */
  overlay: string | null;
  by: string;
  changed_at: string;
  created_at: string;
}

export type Version = Omit<Kept, "profile" | "created_at">;

export interface Difference {
  field: string;
  left: unknown;
  right: unknown;
  added: unknown[] | null;
  removed: unknown[] | null;
}

export const NEW: Profile = {
  profile_id: "",
  name: "",
  device_id: "",
  openwrt_release: "",
  target: "",
  subtarget: "",
  imagebuilder_profile: "",
};

/** Return what was said, without what is empty: so the server is told of a profile. */
export function documentOf(profile: Profile): Profile {
  return said(profile) as unknown as Profile;
}

function said(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(said).filter((item) => item !== undefined);
    return items.length ? items : undefined;
  }
  if (value === null || value === "" || value === undefined) return undefined;
  if (typeof value !== "object") return value;
  const fields = Object.entries(value)
    .map(([name, inner]) => [name, said(inner)] as const)
    .filter(([, inner]) => inner !== undefined);
  return fields.length ? Object.fromEntries(fields) : undefined;
}

/** Tell whether two profiles say the same, in whatever order. */
export function same(one: Profile, other: Profile): boolean {
  return sorted(documentOf(one)) === sorted(documentOf(other));
}

function sorted(value: unknown): string | undefined {
  return JSON.stringify(value, (_name, inner) =>
    inner && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** Return what is wrong with a profile, by place: `files[0].mode`. */
export function problemsOf(profile: Profile): Record<string, Wrong> {
  const found: Record<string, Wrong> = {};
  const look = (place: string, rule: string, value: unknown): void => {
    const wrong = wrongWith(rule, value);
    if (wrong) found[place] = wrong;
    else if (Array.isArray(value)) {
      value.forEach((item, index) => {
        look(`${place}[${index}]`, `${rule}[]`, item);
      });
    } else if (value && typeof value === "object") {
      const fields = value as Record<string, unknown>;
      for (const name of new Set([...Object.keys(fields), ...neededIn(rule)])) {
        look(place ? `${place}.${name}` : name, rule ? `${rule}.${name}` : name, fields[name]);
      }
    }
  };
  look("", "", said(profile) ?? {});
  if (moves(profile.openwrt_release) && !profile.policies?.allow_snapshot) {
    found.openwrt_release ??= { why: "moves" };
  }
  return found;
}

/** Return what the server says is wrong, by place; its places begin with what they stand in. */
export function refusedFields({ facts }: Failure): Record<string, string> {
  const problems = (facts.problems ?? []) as { where: string; what: string }[];
  return Object.fromEntries(
    problems.map(({ where, what }) => {
      const place = where.replace(/^body\.(profile\.)?/, "").replace(/\.(\d+)/g, "[$1]");
      return [place === "body" || place === "" ? "openwrt_release" : place, what];
    }),
  );
}

/** Return the fields that two profiles say differently. */
export function differing(one: Profile, other: Profile): (keyof Profile)[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]) as Set<keyof Profile>;
  return [...names].filter((name) => sorted(said(one[name])) !== sorted(said(other[name])));
}

/** Return what was typed upon what is there now: who changed something else keeps that. */
export function rebased(typed: Profile, before: Profile, now: Profile): Profile {
  const mine = differing(typed, before).map((name) => [name, typed[name]]);
  return { ...now, ...Object.fromEntries(mine) };
}

/** Return an id that a name suggests: small letters, digits and dashes. */
export function suggestedId(name: string): string {
  return name
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
}

/** Add a package to one of the two lists, and take it out of the other. */
export function withPackage(
  profile: Profile,
  name: string,
  what: "packages" | "packages_remove" | "neither",
): Profile {
  const without = (list: string[] | null | undefined) => (list ?? []).filter((one) => one !== name);
  const packages = without(profile.packages);
  const packages_remove = without(profile.packages_remove);
  if (what === "packages") packages.push(name);
  if (what === "packages_remove") packages_remove.push(name);
  return { ...profile, packages, packages_remove };
}

/** Return a profile with a part of its policies or defaults said differently; empty is not said. */
export function withPart<P extends "policies" | "build_defaults">(
  profile: Profile,
  part: P,
  change: Partial<NonNullable<Profile[P]>>,
): Profile {
  return { ...profile, [part]: { ...profile[part], ...change } };
}
