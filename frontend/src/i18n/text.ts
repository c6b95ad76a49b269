/** The panel's own text: JSON files by language, one for each page. */

import forgeFailures from "../../../custom_components/atelier/translations/en.json?forge-failures";
import { plural } from "./format";

type Entry = string | { one: string; other: string };
interface Tree {
  [key: string]: Entry | Tree;
}
type Files = Record<string, { default: Tree }>;

const english = gathered(import.meta.glob("./en/*.json", { eager: true }) as Files, forgeFailures);
let texts = english;

/** Name each file's text by the file; Home Assistant tells a Forge's failures in the same words. */
export function gathered(found: Files, forgeFailures: Tree): Tree {
  const files = Object.entries(found).map(([path, file]): [string, Tree] => [
    path.replace(/^.*\/|\.json$/g, ""),
    file.default,
  ]);
  return { ...Object.fromEntries(files), forge_failures: forgeFailures };
}

/** Speak a language from now on; English where we have no other. */
export async function speak(language: string): Promise<void> {
  texts = language.split("-")[0] === "it" ? (await import("./it")).text : english;
}

/**
 * Return a text: `t("common.page", { from: 1, to: 50, total: 99 })`.
 *
 * `{name}` is replaced by the value of that name. A text with `one` and `other` is chosen by `n`.
 * A key that does not exist is returned as it is, so that it is seen and mended.
 */
export function t(key: string, values: Record<string, string | number> = {}): string {
  const entry = found(key);
  if (entry === undefined) return key;
  const text = typeof entry === "string" ? entry : entry[plural(Number(values.n ?? 0))];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in values ? String(values[name]) : whole,
  );
}

/** Tell whether there is a text for a key: for words that a server may add to. */
export function known(key: string): boolean {
  return found(key) !== undefined;
}

function found(key: string): Entry | undefined {
  let at: Tree | Entry | undefined = texts;
  for (const part of key.split(".")) {
    if (at === undefined || typeof at === "string") return undefined;
    at = (at as Tree)[part];
  }
  const text = typeof at === "string" || (at && typeof at.other === "string");
  return text ? (at as Entry) : undefined;
}
