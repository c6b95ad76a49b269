/** Failures in people's words. */

import { type Failure, failure } from "../api/errors";
import type { Hass } from "../hass";
import { known, t } from "./text";

type Localize = Hass["localize"];

let localize: Localize = () => "";

/** Take the texts of failures from Home Assistant's translations, in the user's language. */
export async function failuresFrom(hass: Hass): Promise<void> {
  localize = await hass.loadBackendTranslation("exceptions", "atelier");
}

/** Return what to tell a person about whatever was thrown. */
export function failureText(error: unknown): string {
  const told = failure(error);
  const { code, key, placeholders, message } = told;
  const translated = localize(`component.atelier.exceptions.${key ?? code}.message`, {
    ...placeholders,
    ...(placeholders.where && { where: fieldWords(placeholders.where) }),
  });
  if (translated) return translated;
  if (known(`failures.${code}`)) return t(`failures.${code}`);
  const words = forgeText(told);
  if (words) return words;
  return message || t("failures.unknown_error");
}

/** Say which field the server means by its place in a request: `changes.0.member_id`. */
function fieldWords(where: string): string {
  const names = where.split(".").filter((part) => !/^\d+$/.test(part));
  const name = names.at(-1) ?? where;
  return known(`fields.${name}`) ? t(`fields.${name}`) : name;
}

/** Return our words for a Forge's code; none where they would name a fact that it does not tell. */
function forgeText({ code, facts }: Failure): string {
  const key = `forge_failures.${code.replaceAll(".", "_")}`;
  if (!known(key)) return "";
  const named = Object.entries(facts).flatMap(([name, fact]): [string, string | number][] => {
    const said = Array.isArray(fact) ? fact.join(", ") : fact;
    return typeof said === "string" || typeof said === "number" ? [[name, said]] : [];
  });
  const text = t(key, Object.fromEntries(named));
  return /\{\w+\}/.test(text) ? "" : text;
}
