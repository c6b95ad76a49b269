import { beforeEach, describe, expect, it } from "vitest";
import { Failure } from "../src/api/errors";
import { Draft } from "../src/forge/profiles/draft";
import type { Kept, Profile } from "../src/forge/profiles/profile";
import { t } from "../src/i18n/text";
import { ROUTER } from "./router";

const kept = (change: Partial<Profile> = {}, version = 3) =>
  ({ profile: { ...ROUTER, ...change }, version }) as Kept;

describe("a profile while it is typed", () => {
  let drawn = 0;
  let draft: Draft;

  beforeEach(() => {
    drawn = 0;
    draft = new Draft(() => {
      drawn += 1;
    });
  });

  it("has an id that follows its name, until that is typed, too", () => {
    draft.type("name", "Barn router");
    expect(draft.now.profile_id).toBe("barn-router");
    draft.type("profile_id", "barn");
    draft.type("name", "Barn");
    expect(draft.now).toMatchObject({ name: "Barn", profile_id: "barn" });
    expect(drawn).toBe(3);
  });

  it("keeps its id when one that is there is called otherwise", () => {
    draft.begin(kept());
    draft.type("name", "Loft");
    expect(draft.now).toMatchObject({ name: "Loft", profile_id: "attic" });
    expect([draft.name, draft.changes]).toEqual(["Attic", ["Name"]]);
  });

  it("tells what is wrong where somebody typed, and all of it once it was tried", () => {
    draft.set({ packages: ["htop", "-ppp"] });
    expect(Object.keys(draft.problems)).toEqual(["packages[1]"]);
    expect(draft.wrong("packages")).toBe(draft.problems["packages[1]"]);
    expect(draft.wrong("name")).toBe("");
    expect(draft.try()).toBe(false);
    expect(draft.wrong("name")).toBe(t("common.required"));
  });

  it("shows what the server refused until that is said differently", () => {
    draft.begin(kept());
    const problems = [{ where: "body.files.0.mode", what: "no" }];
    expect(draft.refuse(new Failure("validation.body", "", undefined, {}, { problems }))).toBe(
      true,
    );
    expect(draft.wrong("files")).toBe("no");
    draft.set({ notes: "else" });
    expect(draft.wrong("files")).toBe("no");
    draft.set({ files: [] });
    expect(draft.wrong("files")).toBe("");
    expect(draft.refuse(new Failure("conflict.profile", ""))).toBe(true);
    expect(draft.wrong("profile_id")).not.toBe("");
    expect(draft.refuse(new Failure("conflict.version", ""))).toBe(false);
  });

  it("takes over what somebody else changed, beside what is typed", () => {
    draft.begin(kept());
    draft.set({ notes: "mine" });
    expect(draft.rebase(kept({ name: "Theirs" }, 4))).toEqual(["Name"]);
    expect(draft.now).toMatchObject({ name: "Theirs", notes: "mine" });
    expect([draft.version, draft.name, draft.changes]).toEqual([4, "Theirs", ["Notes"]]);
  });

  it("has something to be lost once more than the release is said", () => {
    expect([draft.unsaved, draft.worthKeeping]).toEqual([false, false]);
    draft.set({ openwrt_release: "24.10.4" });
    expect([draft.unsaved, draft.worthKeeping]).toEqual([true, false]);
    draft.set({ notes: "long" });
    expect(draft.worthKeeping).toBe(true);
    draft.settle();
    expect([draft.unsaved, draft.worthKeeping]).toEqual([false, false]);
  });

  it("is asked about before it has names", () => {
    draft.set({ ...ROUTER, name: "", profile_id: "" });
    expect(draft.nameless).toEqual({ ...ROUTER, name: "draft", profile_id: "draft" });
  });
});
