import { describe, expect, it } from "vitest";
import { hindranceOf } from "../src/forge/hindrance";
import type { Status } from "../src/forge/types";
import { speak } from "../src/i18n/text";

const STATUS: Status = {
  version: "1.0.0",
  offline: false,
  flashing: false,
  cannot_build: null,
  waiting: 0,
  running: 0,
  disk_free: 1,
  disk_reserve: 1,
};

function hindrance(about: string, facts: Record<string, unknown>): string {
  const cannot_build = { code: `precondition.${about}`, message: "in English", facts };
  return hindranceOf({ ...STATUS, cannot_build });
}

describe("what keeps a Forge from building", () => {
  it("is nothing where it builds, and before it has said so", () => {
    expect(hindranceOf(STATUS)).toBe("");
    expect(hindranceOf(undefined)).toBe("");
    // A Forge that was not updated yet.
    const { cannot_build: _, ...older } = STATUS;
    expect(hindranceOf(older)).toBe("");
  });

  it("says what to do about it, in the user's language", async () => {
    await speak("it");
    expect(hindrance("unsupported_host", { machine: "aarch64" })).toBe(
      "L'Image Builder di OpenWrt funziona solo su x86_64, e questo host è aarch64: avvia forge worker su un host x86_64, e qui imposta build_jobs a 0.",
    );
    expect(hindrance("missing_programs", { missing: ["zstd", "make"] })).toBe(
      "Questi programmi non sono installati sull'host della Forge: zstd, make. Installali lì.",
    );
    await speak("en");
  });
});
