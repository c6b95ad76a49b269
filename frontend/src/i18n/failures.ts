/** Failures in people's words. */

import { failure } from "../api/errors";
import type { Hass } from "../hass";
import { known, t } from "./text";

let hass: Hass | undefined;

/** Take the texts of failures from Home Assistant's translations, in the user's language. */
export async function failuresFrom(source: Hass): Promise<void> {
  hass = source;
  await source.loadBackendTranslation("exceptions", "atelier");
}

/** Return what to tell a person about whatever was thrown. */
export function failureText(error: unknown): string {
  const { code, key, placeholders, message } = failure(error);
  const name = key ?? code;
  const translated = hass?.localize(`component.atelier.exceptions.${name}.message`, placeholders);
  if (translated) return translated;
  if (known(`failures.${code}`)) return t(`failures.${code}`, { message });
  return message || t("failures.unknown_error");
}
