import { describe, expect, it } from "vitest";
import { Failure } from "../src/api/errors";
import {
  documentOf,
  NEW,
  problemsOf,
  refusedFields,
  same,
  suggestedId,
  withPackage,
  withPart,
} from "../src/forge/profiles/profile";
import { wrongWith } from "../src/forge/profiles/rules";
import { ROUTER } from "./router";

describe("what a profile says", () => {
  it("leaves out what is empty", () => {
    const typed = { ...ROUTER, tags: [], notes: "", policies: { filesystem: "" }, packages: [""] };
    expect(documentOf(typed)).toEqual(ROUTER);
    const full = { ...ROUTER, add_local_key: false, rootfs_partsize: 512 };
    expect(documentOf(full)).toEqual(full);
  });

  it("is the same in another order, and not with another list", () => {
    expect(same(ROUTER, Object.fromEntries(Object.entries(ROUTER).reverse()) as never)).toBe(true);
    expect(same({ ...ROUTER, packages: ["a"] }, { ...ROUTER, packages: ["b"] })).toBe(false);
    expect(same({ ...ROUTER, policies: {} }, ROUTER)).toBe(true);
  });

  it("holds a package in one list at most", () => {
    const more = withPackage({ ...ROUTER, packages_remove: ["ppp"] }, "ppp", "packages");
    expect([more.packages, more.packages_remove]).toEqual([["ppp"], []]);
    const less = withPackage(more, "ppp", "packages_remove");
    expect([less.packages, less.packages_remove]).toEqual([[], ["ppp"]]);
    expect(withPackage(less, "ppp", "neither").packages_remove).toEqual([]);
  });

  it("keeps the rest of a part that is changed", () => {
    const profile = { ...ROUTER, policies: { filesystem: "ext4" } };
    expect(withPart(profile, "policies", { allow_snapshot: true }).policies).toEqual({
      filesystem: "ext4",
      allow_snapshot: true,
    });
  });
});

describe("what is wrong with a profile", () => {
  it("is nothing with one that is fine, and each field that is missing", () => {
    expect(problemsOf(ROUTER)).toEqual({});
    expect(Object.keys(problemsOf(NEW))).toEqual(Object.keys(NEW));
  });

  it.each([
    ["name", { name: "two\nlines" }, "line"],
    ["profile_id", { profile_id: "../x" }, "name"],
    ["packages[1]", { packages: ["htop", "-ppp"] }, "package"],
    ["packages[0]", { packages: ['x"; touch /tmp/x; "'] }, "package"],
    ["files[0].destination", { files: [{ source: "a", destination: "etc/x" }] }, "on_device"],
    ["files[0].source", { files: [{ source: "../a", destination: "/etc/x" }] }, "inside"],
    ["files[0].mode", { files: [{ source: "a", destination: "/x", mode: "9" }] }, "mode"],
    ["extra_image_name", { extra_image_name: "a b" }, "image_name"],
    ["openwrt_release", { openwrt_release: "24.10" }, "release"],
  ])("is told at %s", (place, change, shape) => {
    expect(problemsOf({ ...ROUTER, ...change })).toEqual({ [place]: { why: "shape", shape } });
  });

  it("is told of what misses within a list", () => {
    const files = [{ source: "a", destination: "" }];
    expect(problemsOf({ ...ROUTER, files })).toEqual({
      "files[0].destination": { why: "required" },
    });
  });

  it("is told of figures and lengths", () => {
    expect(wrongWith("rootfs_partsize", 0)).toMatchObject({ why: "between", figures: { min: 1 } });
    expect(wrongWith("rootfs_partsize", 1.5)?.why).toBe("between");
    expect(wrongWith("name", "x".repeat(256))).toEqual({ why: "too_long", figures: { n: 255 } });
    expect(wrongWith("name", "🦊".repeat(255))).toBeUndefined();
    expect(wrongWith("tags", Array(51).fill("a"))).toEqual({ why: "too_many", figures: { n: 50 } });
    expect(wrongWith("policies.filesystem", "ntfs")?.why).toBe("shape");
  });

  it("is a release that moves, unless that is allowed", () => {
    const snapshot = { ...ROUTER, openwrt_release: "snapshot" };
    expect(problemsOf(snapshot)).toEqual({ openwrt_release: { why: "moves" } });
    expect(problemsOf(withPart(snapshot, "policies", { allow_snapshot: true }))).toEqual({});
  });

  it("is read out of the server's refusals", () => {
    const problems = [
      { where: "body.files.0.destination", what: "a" },
      { where: "body.profile.name", what: "b" },
      { where: "body", what: "c" },
    ];
    const failure = new Failure("validation.body", "", undefined, {}, { problems });
    expect(refusedFields(failure)).toEqual({
      "files[0].destination": "a",
      name: "b",
      openwrt_release: "c",
    });
    expect(refusedFields(new Failure("conflict.profile", ""))).toEqual({});
  });
});

describe("a suggested id", () => {
  it.each([
    ["Attic router", "attic-router"],
    ["Caffè – più 2!", "caffe-piu-2"],
    ["***", ""],
  ])("of %s is %s", (name, id) => {
    expect(suggestedId(name)).toBe(id);
  });
});
