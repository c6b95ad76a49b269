import { describe, expect, it } from "vitest";
import { pruneBody } from "../src/forge/builders/builder";
import { confirms, type Device, ordered, stageOf } from "../src/forge/cards/card";
import { NO_WISH, planBody } from "../src/forge/cards/wish";
import { deviceName, lostWords, partitionWords, refusalWords } from "../src/forge/cards/words";
import { brought } from "../src/forge/profiles/package";
import type { Job, JobState } from "../src/forge/types";

const job = (state: JobState) => ({ state }) as Job;

describe("the way from an image to a card", () => {
  it.each<[Job | undefined, Job | undefined, string]>([
    [undefined, undefined, "choose"],
    [job("verifying"), undefined, "planning"],
    [job("failed"), undefined, "choose"],
    [job("cancelled"), undefined, "choose"],
    [job("done"), undefined, "confirm"],
    [job("done"), job("queued"), "writing"],
    [job("done"), job("building"), "writing"],
    [job("done"), job("failed"), "over"],
    [job("done"), job("done"), "over"],
  ])("stands somewhere (%#)", (planning, writing, stage) => {
    expect(stageOf(planning, writing)).toBe(stage);
  });

  it("is confirmed by the device's path and by nothing else", () => {
    const device = { path: "/dev/sdb" };
    expect(["/dev/sdb", " /dev/sdb "].every((typed) => confirms(typed, device))).toBe(true);
    for (const typed of ["", "yes", "/dev/sd", "/dev/sdb1", "/DEV/SDB"]) {
      expect(confirms(typed, device), typed).toBe(false);
    }
  });
});

describe("what is wanted to be written", () => {
  const device = { path: "/dev/sdb" };

  it("is a build's image, or a file of the shared folder, in the usual way", () => {
    const plain = { device: "/dev/sdb", wipe: false, eject: false };
    const built = { name: "a.img", job_id: "7" };
    expect(planBody(device, { ...NO_WISH, image: built })).toEqual({ ...plain, image: built });
    const shared = planBody(device, { ...NO_WISH, image: { name: "b.img", job_id: null } });
    expect(shared).toEqual({ ...plain, image: { name: "b.img" } });
  });

  it("says how, where somebody chose", () => {
    const chosen = { wipe: true, ejects: true, verification: "skipped" } as const;
    expect(planBody(device, chosen)).toMatchObject({
      wipe: true,
      eject: true,
      verification: "skipped",
    });
  });
});

describe("devices", () => {
  const device = (path: string, refusal: string | null) => ({ path, refusal }) as Device;

  it("stand in one order, those that can be written first", () => {
    const found = [device("/dev/b", null), device("/dev/a", "x"), device("/dev/a2", null)];
    expect(ordered(found).map(({ path }) => path)).toEqual(["/dev/a2", "/dev/b", "/dev/a"]);
  });

  it("are told in words", () => {
    const disk = { model: null, transport: "loop", size: 1024 } as Device;
    expect(deviceName(disk)).toBe("A file as a disk, 1.0 KiB");
    expect(deviceName({ ...disk, transport: null, size: 0 })).toBe("Unnamed device, no card in it");
    expect(deviceName({ ...disk, model: "SD" })).toBe("SD, 1.0 KiB");
    const part = { name: "sda1", start: 0, size: 2048, mounts: ["/mnt"] };
    expect(partitionWords({ ...part, filesystem: "vfat", label: "PHOTOS" })).toBe(
      "sda1: “PHOTOS”, vfat, 2.0 KiB, mounted at /mnt",
    );
    const whole = { path: "/dev/sdb", serial: "S1", partitions: [], filesystem: "ext4" };
    expect(lostWords({ ...disk, ...whole, label: "diary" })[1]).toBe("“diary”, ext4");
    expect(
      lostWords({ ...disk, ...whole, partitions: [{ ...part, filesystem: "", label: "" }] })[1],
    ).toBe("sda1: 2.0 KiB, mounted at /mnt");
    expect(refusalWords("precondition.read_only")).toContain("Read-only");
    expect(refusalWords("precondition.strange")).toBe("precondition.strange");
  });
});

describe("what a board brings", () => {
  it("is the target's and its own, without what it leaves out", () => {
    const target = {
      packages: ["dnsmasq", "ppp"],
      boards: [{ id: "a", packages: ["kmod-x", "-ppp"] }],
    };
    expect(brought(target, "a")).toEqual(["dnsmasq", "kmod-x"]);
    expect(brought(target, "b")).toEqual(["dnsmasq", "ppp"]);
  });
});

describe("what is pruned", () => {
  it("says all where nothing else is said", () => {
    const wish = { release: "", unused_days: null, most_mb: null, force: false };
    expect(pruneBody(wish)).toEqual({ all: true, force: false });
    expect(pruneBody({ ...wish, unused_days: 0, release: "24.10.4", force: true })).toEqual({
      unused_days: 0,
      release: "24.10.4",
      force: true,
    });
  });
});
