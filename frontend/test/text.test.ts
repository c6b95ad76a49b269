import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { known, speak, t } from "../src/i18n/text";

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), "../src");

interface Tree {
  [key: string]: string | Tree;
}

function leaves(tree: Tree, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const at = path ? `${path}.${key}` : key;
    if (typeof value === "string") found.set(at, value);
    else for (const [deeper, text] of leaves(value, at)) found.set(deeper, text);
  }
  return found;
}

function read(language: string, file: string): Map<string, string> {
  return leaves(JSON.parse(readFileSync(join(SOURCE, "i18n", language, file), "utf8")) as Tree);
}

function placeholders(text: string | undefined): string[] {
  return (text?.match(/\{\w+\}/g) ?? []).sort();
}

function sources(folder = SOURCE): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(join(folder, name), "utf8"));
}

const files = readdirSync(join(SOURCE, "i18n/en"));

describe("the panel's text", () => {
  afterEach(() => speak("en"));

  it("is there in both languages", () => {
    expect(readdirSync(join(SOURCE, "i18n/it"))).toEqual(files);
  });

  it.each(files)("%s says the same in both languages", (file) => {
    const [english, italian] = [read("en", file), read("it", file)];
    expect([...italian.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [key, text] of english) {
      expect(placeholders(italian.get(key)), key).toEqual(placeholders(text));
    }
  });

  it("exists wherever it is used", () => {
    const used = sources().flatMap((source) =>
      [...source.matchAll(/\bt\(\s*"([\w.]+)"/g)].map(([, key]) => key as string),
    );
    expect(used.length).toBeGreaterThan(50);
    expect(used.filter((key) => !known(key))).toEqual([]);
  });

  it("has a place for whatever is looked up by a name that comes later", () => {
    const all = files.flatMap((file) => {
      const name = file.replace(".json", "");
      return [...read("en", file).keys()].map((key) => `${name}.${key}`);
    });
    const begun = sources().flatMap((source) =>
      [...source.matchAll(/\b(?:t|known)\(\s*`([\w.]+)\$\{/g)].map(([, start]) => start as string),
    );
    expect(begun.length).toBeGreaterThan(20);
    expect(begun.filter((start) => !all.some((key) => key.startsWith(start)))).toEqual([]);
  });

  it("is used", () => {
    const code = sources().join("\n");
    const begun = [...code.matchAll(/`([\w.]+)\$\{/g)].map(([, start]) => start as string);
    const unused = files.flatMap((file) => {
      const name = file.replace(".json", "");
      return [...read("en", file).keys()]
        .map((key) => `${name}.${key.replace(/\.(one|other)$/, "")}`)
        .filter(
          (key) => !code.includes(`"${key}"`) && !begun.some((start) => key.startsWith(start)),
        );
    });
    expect(unused.filter((key) => !key.endsWith(".title"))).toEqual([]);
  });

  it("puts values in their places", () => {
    expect(t("machines.is_blocked", { machine: "Laser {x}" })).toBe("Laser {x} is blocked");
  });

  it("knows one and many", async () => {
    expect(t("machines.strange", { n: 1 })).toBe("A board is waiting");
    expect(t("machines.strange", { n: 3 })).toBe("3 boards are waiting");
    await speak("it-IT");
    expect(t("machines.strange", { n: 3 })).toBe("3 schede attendono");
  });

  it("speaks English where a language is missing", async () => {
    await speak("fi");
    expect(t("common.save")).toBe("Save");
  });

  it("shows a key that nobody wrote a text for", () => {
    expect(t("nowhere.at_all")).toBe("nowhere.at_all");
    expect(t("machines")).toBe("machines");
  });
});
