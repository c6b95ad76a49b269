/** Image Builders, as the Forge's API tells of them. */

import type { Problem } from "../../api/errors";

export type BuilderState = "pending" | "ready" | "broken";

export interface Builder {
  release: string;
  target: string;
  subtarget: string;
  state: BuilderState;
  archive: string | null;
  sha256: string | null;
  signature: string | null;
  revision: string | null;
  /** In bytes, unpacked. */
  size: number | null;
  /** It is unpacked on the Forge's own host. */
  here: boolean;
  /** Builds that were made with it, or wait for it. */
  builds: number;
  problem: Problem | null;
  checked_at: string | null;
  used_at: string | null;
}

export interface Pruned {
  pruned: Builder[];
  kept: Builder[];
  freed: number;
}

export type Place = Pick<Builder, "release" | "target" | "subtarget">;

/** Name an Image Builder. */
export function nameOf({ release, target, subtarget }: Place): string {
  return `${release}/${target}/${subtarget}`;
}

/** Return the address of an Image Builder within the API. */
export function pathOf({ release, target, subtarget }: Place): string {
  return `/builders/${[release, target, subtarget].map(encodeURIComponent).join("/")}`;
}

export interface PruneWish {
  release: string;
  unused_days: number | null;
  most_mb: number | null;
  force: boolean;
}

/** Return what the API is asked to prune; nothing said means every one. */
export function pruneBody({ release, unused_days, most_mb, force }: PruneWish): object {
  const said = {
    ...(release ? { release } : {}),
    ...(unused_days === null ? {} : { unused_days }),
    ...(most_mb === null ? {} : { most_mb }),
  };
  return { ...said, ...(Object.keys(said).length ? {} : { all: true }), force };
}
