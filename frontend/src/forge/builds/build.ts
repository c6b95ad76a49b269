/** Builds, as the Forge's API tells of them. */

import type { Problem } from "../../api/errors";
import type { JobState } from "../types";

export interface Artifact {
  id: string;
  job_id: string;
  name: string;
  type: string;
  filesystem: string | null;
  size: number;
  sha256: string;
  /** A whole disk, which may be written to a card. */
  card: boolean;
}

export interface Changes {
  added: string[];
  removed: string[];
  changed: string[];
}

export interface BuildFacts {
  revision: string;
  board: string;
  builder: string;
  supported_devices: string[];
  packages: string[];
  manifest?: Record<string, string>;
  /** Against the profile's build before. */
  changes: Changes | null;
  seconds: number;
}

export interface Build {
  id: string;
  state: JobState;
  step: string | null;
  percent: number | null;
  profile_id: string | null;
  version_id: string | null;
  recipe: {
    place: { release: string; target: string; subtarget: string };
    board: string;
    packages: string[];
    disabled_services: string[];
    partsize: number | null;
    filesystem: string | null;
    image_name: string | null;
  };
  key: string | null;
  hit: boolean;
  same_as: string | null;
  facts: BuildFacts | null;
  error: Problem | null;
  artifacts: Artifact[];
  by: string;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  built_at: string | null;
}

export interface Started {
  build: Build;
  job_id: string;
  /** Nothing is to be built: the images are there, and were checked. */
  hit: boolean;
}

/** Return what is built, for people: the profile, or the board where it is of none. */
export function nameOf(build: Pick<Build, "profile_id" | "recipe">): string {
  return build.profile_id ?? build.recipe.board;
}

/** Tell whether anything changed. */
export function anyChange(changes: Changes | null | undefined): changes is Changes {
  return Boolean(
    changes && changes.added.length + changes.removed.length + changes.changed.length > 0,
  );
}

/** Return packages with their versions that hold some letters, by name. */
export function packagesOf(manifest: Record<string, string>, letters = ""): [string, string][] {
  const wanted = letters.toLowerCase();
  return Object.entries(manifest)
    .filter(([name]) => name.toLowerCase().includes(wanted))
    .sort(([one], [other]) => (one < other ? -1 : 1));
}
