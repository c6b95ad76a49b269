/** Jobs in words. */

import { known, t } from "../../i18n/text";
import type { Job } from "../types";

/** Return what kind of job it is. */
export function kindOf(kind: string): string {
  const key = `forge_jobs.kind.${kind.replace(".", "_")}`;
  return known(key) ? t(key) : kind;
}

export const KINDS = [
  "build.image",
  "build.plan",
  "build.batch",
  "builder.ensure",
  "builder.prune",
  "flash.plan",
  "flash.write",
  "forge.tidy",
];

interface Params {
  recipe?: { board?: string; place?: { release?: string; target?: string; subtarget?: string } };
  profile_ids?: string[];
  release?: string;
  target?: string;
  subtarget?: string;
  device?: string;
  image?: { name?: string };
}

/** Return what a job is about, as far as it says. */
export function subjectOf(job: Pick<Job, "params">): string {
  const params = job.params as Params;
  const { recipe } = params;
  if (recipe) return [recipe.board, recipe.place?.release].filter(Boolean).join(" · ");
  if (params.profile_ids) return params.profile_ids.join(", ");
  if (params.target) return [params.release, params.target, params.subtarget].join("/");
  if (params.device) return [params.image?.name, params.device].filter(Boolean).join(" → ");
  return "";
}

/** What jobs do within their states, by the words that the Forge has for it. */
const STEPS: [RegExp, string][] = [
  [/^a tree of its own$/, "own_tree"],
  [/^the board's own packages$/, "board_packages"],
  [/^the tree's own keys$/, "own_keys"],
  [/^packages$/, "packages"],
  [/^image$/, "image"],
  [/^installing packages$/, "installing"],
  [/^root file system$/, "root"],
  [/^images$/, "images"],
  [/^checksums$/, "checksums"],
  [/^an overlay of (?<n>\d+) entries$/, "overlay"],
  [/^(?<n>\d+) profiles$/, "profiles"],
  [/^what is published for (?<what>.+)$/, "published"],
  [/^sha256 (?<what>\w{12})\w*: as published$/, "hash"],
  [/^unpacking$/, "unpacking"],
  [/^reading (?<what>.+)$/, "reading"],
  [/^looking at the card and the image again$/, "again"],
  [/^writing$/, "writing"],
  [/^reading back$/, "reading_back"],
  [/^waiting for job (?<job>\w{8})/, "waiting"],
];

/** Return what a job does within its state; in the Forge's own words where we have none. */
export function stepOf(step: string | null): string {
  if (step === null) return "";
  for (const [pattern, key] of STEPS) {
    const found = pattern.exec(step);
    if (found) return t(`forge_jobs.steps.${key}`, found.groups);
  }
  return step;
}
