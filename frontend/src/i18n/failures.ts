/** Failures in people's words. */

import { failure } from "../api/errors";
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
  const { code, key, placeholders, message } = failure(error);
  const translated = localize(`component.atelier.exceptions.${key ?? code}.message`, {
    ...placeholders,
    ...inWords(placeholders.reason),
  });
  if (translated) return translated;
  if (known(`failures.${code}`)) return t(`failures.${code}`, { message });
  return message || t("failures.unknown_error");
}

/** Say a reason that the server names by its code. */
function inWords(reason: string | undefined): { reason?: string } {
  return reason && known(`common.why.${reason}`) ? { reason: t(`common.why.${reason}`) } : {};
}
