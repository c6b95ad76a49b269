/** Cards and what is written to them, as the Forge's API tells of it. */

import type { Problem } from "../../api/errors";
import { finished, type Job } from "../types";

export interface Partition {
  name: string;
  start: number;
  size: number;
  mounts: string[];
  filesystem: string | null;
  label: string | null;
}

export interface Disk {
  path: string;
  name: string;
  size: number;
  model: string | null;
  serial: string | null;
  transport: string | null;
  removable: boolean;
  read_only: boolean;
  partitions: Partition[];
  mounts: string[];
  filesystem: string | null;
  label: string | null;
}

export interface Device extends Disk {
  in_use: boolean | null;
  /** The code that writing it is refused with. */
  refusal: string | null;
  /** It gave other bytes back before than were written. */
  suspect: boolean;
}

export interface CardImage {
  id: string;
  job_id: string;
  name: string;
  size: number;
  sha256: string;
  profile_id: string | null;
  release: string;
  built_at: string;
}

export type Verification = "full-hash" | "prefix-64MiB" | "prefix-16MiB" | "skipped";

export interface Plan {
  token: string;
  device: Disk;
  image: { name: string; size: number; sha256: string; file_size: number };
  wipe: boolean;
  eject: boolean;
  verification: Verification;
  past_end: boolean;
  suspect: boolean;
  expires_at: string;
}

export interface Written {
  result: "match" | "mismatch" | "skipped";
  ejected: boolean | null;
  sha256: string;
  size: number;
}

export interface CardRecord {
  id: number;
  job_id: string | null;
  status: "pending" | "running" | "succeeded" | "failed" | "cancelled";
  by: string;
  confirmed_at: string;
  device_path: string;
  device_model: string | null;
  device_serial: string | null;
  device_size: number;
  image_name: string;
  sha256: string;
  result: Written["result"] | null;
  incomplete: boolean;
  unproved: boolean;
  suspect: boolean;
  error: Problem | null;
}

/** Where somebody is on the way from an image to a card. */
export type Stage = "choose" | "planning" | "confirm" | "writing" | "over";

/** Return the stage, of the jobs that were begun so far. */
export function stageOf(planning: Job | undefined, writing: Job | undefined): Stage {
  if (writing) return finished(writing.state) ? "over" : "writing";
  if (!planning) return "choose";
  if (!finished(planning.state)) return "planning";
  return planning.state === "done" ? "confirm" : "choose";
}

/** Tell whether what was typed confirms that a device is overwritten: its path, to the letter. */
export function confirms(typed: string, device: Pick<Disk, "path">): boolean {
  return typed.trim() === device.path;
}

/** Return devices with those first that can be written; none is ever chosen for anybody. */
export function ordered(devices: Device[]): Device[] {
  return [...devices].sort(
    (one, other) =>
      Number(one.refusal !== null) - Number(other.refusal !== null) ||
      (one.path < other.path ? -1 : 1),
  );
}
