import type { ReactiveControllerHost } from "lit";
import { afterEach, describe, expect, it, vi } from "vitest";
import { forgeFailure } from "../src/api/errors";
import { Listing, type Wanted } from "../src/elements/listing";
import { packagesOf } from "../src/forge/builds/build";
import { HttpDoor } from "../src/forge/http-door";
import { stepOf, subjectOf } from "../src/forge/jobs/job";
import { LogLines, parts } from "../src/forge/jobs/log-lines";
import { jobSpan } from "../src/forge/jobs/timing";
import { written } from "../src/forge/query";
import { failureText } from "../src/i18n/failures";
import { bytes } from "../src/i18n/format";
import { speak } from "../src/i18n/text";
import { hashPlace, hashPlaces } from "../src/web/hash-places";

afterEach(() => speak("en"));

describe("a log", () => {
  it("is whole lines without what is for terminals", () => {
    const log = new LogLines();
    log.add("\u001b[1;31merror\u001b[0m:\tgone\u0007\n\n");
    log.add("second\n");
    expect(log.lines).toEqual(["error:    gone", "", "second"]);
    expect(log.width).toBe(14);
  });

  it("is searched whatever the case, and further where it has grown", () => {
    const log = new LogLines();
    log.add("One\ntwo\n");
    expect(log.search("ONE")).toEqual([0]);
    log.add("none\n");
    expect(log.search("one", 2)).toEqual([2]);
    expect(log.search("")).toEqual([]);
  });

  it("shows what was found in its lines", () => {
    expect(parts("Make make", "make")).toEqual(["", "Make", " ", "make", ""]);
    expect(parts("make", "")).toEqual(["make"]);
    expect(parts("\u0130 make", "make")).toEqual(["\u0130 make"]);
  });
});

describe("a job in words", () => {
  it("says what it is about", () => {
    const place = { release: "24.10.4", target: "ath79", subtarget: "generic" };
    expect(subjectOf({ params: { recipe: { board: "tplink_x", place } } })).toBe(
      "tplink_x · 24.10.4",
    );
    expect(subjectOf({ params: { ...place } })).toBe("24.10.4/ath79/generic");
    expect(subjectOf({ params: { profile_ids: ["attic", "cellar"] } })).toBe("attic, cellar");
    expect(subjectOf({ params: { device: "/dev/sda", image: { name: "a.img" } } })).toBe(
      "a.img → /dev/sda",
    );
    expect(subjectOf({ params: {} })).toBe("");
  });

  it("says its step in the language that is spoken", async () => {
    await speak("it");
    expect(stepOf("reading openwrt.img.gz")).toBe("lettura di openwrt.img.gz");
    expect(stepOf("12 profiles")).toBe("12 profili");
    expect(stepOf("something that is new")).toBe("something that is new");
    expect(stepOf(null)).toBe("");
  });

  it("lasts until now while it runs", () => {
    const started_at = "2026-11-21T10:00:00Z";
    const now = Date.parse("2026-11-21T10:01:30Z");
    expect(jobSpan({ started_at, finished_at: null }, now)).toBe(90);
    expect(jobSpan({ started_at, finished_at: "2026-11-21T10:00:05Z" }, now)).toBe(5);
    expect(jobSpan({ started_at: null, finished_at: null }, now)).toBe(0);
  });
});

describe("a Forge's failure", () => {
  const missing = { code: "build.packages_missing", message: "There are none: x" };

  it("is said by its code, with its facts", async () => {
    const failure = forgeFailure({ ...missing, facts: { packages: ["x", "y"] } });
    expect(failureText(failure)).toBe("There are no such packages in this release: x, y.");
    await speak("it");
    expect(failureText(failure)).toContain("non esistono i pacchetti: x, y");
  });

  it("is said in the Forge's own words where ours would have a hole", () => {
    expect(failureText(forgeFailure(missing))).toBe("There are none: x");
    expect(failureText(forgeFailure({ code: "new.one", message: "Never seen" }))).toBe(
      "Never seen",
    );
  });
});

describe("addresses of the page that stands alone", () => {
  it("come back as they went", () => {
    const place = ["builds", "of", "a/b c"];
    expect(hashPlaces.address(place)).toBe("#/builds/of/a%2Fb%20c");
    expect(hashPlace(hashPlaces.address(place))).toEqual(place);
    expect([hashPlace(""), hashPlace("#"), hashPlace("#/")]).toEqual([[], [], []]);
  });
});

describe("queries and sizes", () => {
  it("say lists once for each, and leave out what is not said", () => {
    expect(written({ state: ["done", "failed"], limit: 5, kind: undefined })).toBe(
      "?state=done&state=failed&limit=5",
    );
    expect(written({})).toBe("");
  });

  it("are told in units that people read", () => {
    expect([bytes(0), bytes(1023), bytes(298_496), bytes(75_335_835_648)]).toEqual([
      "0 B",
      "1,023 B",
      "291.5 KiB",
      "70.2 GiB",
    ]);
  });

  it("find packages by letters of their names", () => {
    const manifest = { "kmod-usb": "2", Htop: "3", "base-files": "1" };
    expect(packagesOf(manifest).map(([name]) => name)).toEqual(["Htop", "base-files", "kmod-usb"]);
    expect(packagesOf(manifest, "HT")).toEqual([["Htop", "3"]]);
  });
});

describe("a list that goes on from its last row", () => {
  const rows = Array.from({ length: 7 }, (_, id) => ({ id }));
  const host = {
    addController: () => undefined,
    requestUpdate: () => undefined,
  } as unknown as ReactiveControllerHost;

  it("is paged there and back without being counted", async () => {
    const load = async ({ after, limit }: Wanted<object, { id: number }>) => {
      const from = after ? after.id + 1 : 0;
      return { rows: rows.slice(from, from + limit), more: from + limit < rows.length };
    };
    const list = new Listing<{ id: number }, object>(host, { filters: {}, limit: 3, load });
    const shown = async (offset: number) => {
      list.go(offset);
      await vi.waitFor(() => expect(list.loading).toBe(false));
      return [list.rows.map(({ id }) => id), list.more];
    };
    expect(await shown(0)).toEqual([[0, 1, 2], true]);
    expect(await shown(3)).toEqual([[3, 4, 5], true]);
    expect(await shown(6)).toEqual([[6], false]);
    expect(await shown(3)).toEqual([[3, 4, 5], true]);
    expect(list.counted).toBe(false);
    rows.length = 3;
    expect(await shown(3)).toEqual([[0, 1, 2], false]);
  });
});

describe("the door over HTTP", () => {
  const door = new HttpDoor("http://forge.test/api/v1", "the-token");
  afterEach(() => vi.unstubAllGlobals());

  it("sends the token in a header, and never in an address", async () => {
    const fetching = vi.fn(async (_address: string, _init: RequestInit) => Response.json({ a: 1 }));
    vi.stubGlobal("fetch", fetching);
    const body = { profile_id: "attic" };
    await door.request("POST", "/builds", { body, query: { x: 1 }, idempotencyKey: "k" });
    const [address, init] = fetching.mock.calls[0] ?? ["", {}];
    expect(address).toBe("http://forge.test/api/v1/builds?x=1");
    expect(Object.fromEntries(init.headers as Headers)).toEqual({
      authorization: "Bearer the-token",
      "content-type": "application/json",
      "idempotency-key": "k",
    });
    expect(init.body).toBe(JSON.stringify(body));
  });

  it("fails with what the Forge says, or with that it is away", async () => {
    const error = { code: "not_found.job", message: "no", facts: { job: "x" } };
    vi.stubGlobal("fetch", async () => Response.json({ error }, { status: 404 }));
    await expect(door.request("GET", "/jobs/x")).rejects.toMatchObject(error);
    vi.stubGlobal("fetch", async () => new Response("502: Bad Gateway", { status: 502 }));
    await expect(door.request("GET", "/jobs")).rejects.toMatchObject({ code: "forge_away" });
    vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("no network")));
    await expect(door.request("GET", "/jobs")).rejects.toMatchObject({ code: "forge_away" });
  });

  it("answers with nothing, with text or with JSON", async () => {
    vi.stubGlobal("fetch", async () => new Response(null, { status: 204 }));
    expect(await door.request("DELETE", "/profiles/x")).toBeUndefined();
    const headers = { "Content-Type": "text/plain" };
    vi.stubGlobal("fetch", async () => new Response("id: x", { headers }));
    expect(await door.request("GET", "/profiles/x/export")).toBe("id: x");
  });
});
