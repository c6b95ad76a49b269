import { describe, expect, it } from "vitest";
import type { Rights } from "../src/api/types";
import { PAGES, type PageInfo, pagesFor } from "../src/frame/pages";
import { addressOf, placeOf } from "../src/frame/route";

describe("addresses", () => {
  it("name a page and what is on it", () => {
    expect(placeOf("/members/7")).toEqual({ page: "members", rest: ["7"] });
    expect(placeOf("")).toEqual({ page: "", rest: [] });
  });

  it("come back as they went", () => {
    const place = { page: "members", rest: ["a/b c", "7"] };
    expect(placeOf(addressOf(place, null).replace("/atelier", ""))).toEqual(place);
    expect(addressOf(place, "01J&x")).toBe("/atelier/members/a%2Fb%20c/7?workshop=01J%26x");
    expect(addressOf({ page: "forge", rest: [] }, "w", "f")).toBe(
      "/atelier/forge?workshop=w&forge=f",
    );
    expect(addressOf({ page: "forge", rest: [] }, null, "f")).toBe("/atelier/forge?forge=f");
  });

  it("may be nonsense", () => {
    expect(placeOf("//%E0%A4%A/")).toEqual({ page: "%E0%A4%A", rest: [] });
  });
});

describe("tabs", () => {
  const page = (name: string, rights: Rights[]): PageInfo => ({
    name,
    icon: "",
    rights,
    tag: `atelier-${name}`,
    load: async () => undefined,
  });

  it("are those that somebody has a right to", () => {
    const pages = [page("machines", ["manager"]), page("mine", ["member"])];
    const names = (...rights: Rights[]) => pagesFor(rights, pages).map(({ name }) => name);
    expect(names("manager", "member")).toEqual(["machines", "mine"]);
    expect(names("member")).toEqual(["mine"]);
    expect(names()).toEqual([]);
  });

  it("have names of their own", () => {
    expect(new Set(PAGES.map(({ name }) => name)).size).toBe(PAGES.length);
  });
});
