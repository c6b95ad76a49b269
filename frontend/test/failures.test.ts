import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import type { Hass } from "../src/hass";
import { failuresFrom, failureText } from "../src/i18n/failures";
import { speak } from "../src/i18n/text";

const TRANSLATIONS = join(
  dirname(fileURLToPath(import.meta.url)),
  "../../custom_components/atelier/translations",
);

type Facts = Record<string, string>;

/** Speak a language as Home Assistant does, from the integration's own sentences. */
async function speakAll(language: string): Promise<void> {
  const { exceptions } = JSON.parse(readFileSync(join(TRANSLATIONS, `${language}.json`), "utf8"));
  const localize = (key: string, facts: Facts = {}): string =>
    (exceptions[key.split(".").at(-2) ?? ""]?.message ?? "").replace(
      /\{(\w+)\}/g,
      (_whole: string, name: string) => facts[name],
    );
  await failuresFrom({ loadBackendTranslation: async () => localize } as unknown as Hass);
  await speak(language);
}

function told(code: string, key: string, facts: Facts = {}): string {
  return failureText({
    code,
    message: "in English",
    translation_key: key,
    translation_placeholders: facts,
  });
}

describe("what a server refuses", () => {
  afterEach(() => speakAll("en"));

  it("names the field as the page does, in the user's language", async () => {
    await speakAll("it");
    const limits = { least: "1", most: "36500" };
    expect(told("invalid_format", "invalid_format_range", { where: "valid_days", ...limits })).toBe(
      "«Giorni per cui vale» deve essere un numero da 1 a 36500.",
    );
    const where = "changes.0.member_id";
    expect(told("invalid_format", "invalid_format_missing", { where })).toBe("Manca «Membro».");
    await speakAll("en");
    expect(told("invalid_format", "invalid_format_missing", { where })).toBe(
      "“Member” is missing.",
    );
  });

  it("names a field that it has no word for as the server does", async () => {
    await speakAll("en");
    expect(told("invalid_format", "invalid_format", { where: "shoe_size" })).toBe(
      "“shoe_size” has a value that does not fit.",
    );
  });

  it("is told in Italian also where what is missing has no name", async () => {
    await speakAll("it");
    expect(told("not_found", "not_found_file")).toBe("Il file non c'è più. Sceglilo di nuovo.");
    expect(told("not_found", "newer_than_this_page")).toBe("Non c'è più.");
  });
});
