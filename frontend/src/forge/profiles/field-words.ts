/** A profile's fields and values in words. */

import { known, t } from "../../i18n/text";
import type { OwnFile } from "./profile";

/** Return what a field is called: `policies.filesystem`, `files[0].mode`. */
export function fieldName(field: string): string {
  const key = `forge_profiles.field.${field.replace(/\[\d+\]/g, "").replaceAll(".", "_")}`;
  return known(key) ? t(key) : field;
}

/** Return a value as people read it. */
export function valueText(value: unknown): string {
  if (typeof value === "boolean") return t(value ? "common.yes" : "common.no");
  if (Array.isArray(value)) return value.map(valueText).join(", ");
  if (isFile(value)) {
    const more = [value.mode, value.owner].filter(Boolean).join(" ");
    return `${value.source} → ${value.destination}${more ? ` (${more})` : ""}`;
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function isFile(value: unknown): value is OwnFile {
  return value !== null && typeof value === "object" && "destination" in value;
}
