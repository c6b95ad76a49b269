/** Numbers, moments and spans of time as the user has set them in Home Assistant. */

import type { Hass, HassLocale } from "../hass";

let locale: HassLocale = {
  language: "en",
  number_format: "language",
  time_format: "language",
  date_format: "language",
  time_zone: "local",
};
let serverZone = "UTC";

/** Format from now on as a user likes it. */
export function formatFor(hass: Pick<Hass, "locale" | "config">): void {
  locale = hass.locale;
  serverZone = hass.config.time_zone;
}

/** Return the time zone that moments are shown in; undefined is the browser's. */
export function zone(): string | undefined {
  return locale.time_zone === "server" ? serverZone : undefined;
}

const NUMBER_LANGUAGES: Record<string, string | undefined> = {
  comma_decimal: "en-US",
  decimal_comma: "de",
  space_comma: "fr",
  quote_decimal: "de-CH",
  system: undefined,
};

export function number(value: number, digits = 0): string {
  const language =
    locale.number_format in NUMBER_LANGUAGES
      ? NUMBER_LANGUAGES[locale.number_format]
      : locale.language;
  return new Intl.NumberFormat(language, {
    useGrouping: locale.number_format !== "none",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

/** Return hours of use: `1,234.5 h`. */
export function hours(value: number): string {
  return `${number(value, 1)} h`;
}

const SIZES = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Return a size: `291.5 KiB`. */
export function bytes(value: number): string {
  let unit = 0;
  let size = value;
  while (size >= 1024 && unit < SIZES.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${number(size, unit === 0 ? 0 : 1)} ${SIZES[unit]}`;
}

function timeOptions(): Intl.DateTimeFormatOptions {
  const chosen = locale.time_format;
  const cycle = chosen === "12" ? { hour12: true } : chosen === "24" ? { hour12: false } : {};
  return { hour: "2-digit", minute: "2-digit", ...cycle };
}

const DATE_LANGUAGES: Record<string, string> = { DMY: "en-GB", MDY: "en-US", YMD: "sv" };

/** Return a day: `21 Nov 2026`, or in figures where the user set their order. */
export function date(moment: string | Date): string {
  const order = DATE_LANGUAGES[locale.date_format];
  const parts: Intl.DateTimeFormatOptions = order
    ? { day: "2-digit", month: "2-digit", year: "numeric" }
    : { day: "numeric", month: "short", year: "numeric" };
  const language = order ?? (locale.date_format === "system" ? undefined : locale.language);
  return new Intl.DateTimeFormat(language, { ...parts, timeZone: zone() }).format(new Date(moment));
}

export function time(moment: string | Date): string {
  const language = locale.time_format === "system" ? undefined : locale.language;
  return new Intl.DateTimeFormat(language, { ...timeOptions(), timeZone: zone() }).format(
    new Date(moment),
  );
}

export function dateTime(moment: string | Date): string {
  return `${date(moment)}, ${time(moment)}`;
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** Return how long ago, or how soon: `5 minutes ago`. */
export function ago(moment: string | Date, now = Date.now()): string {
  const seconds = (new Date(moment).getTime() - now) / 1000;
  const words = new Intl.RelativeTimeFormat(locale.language, { numeric: "auto" });
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size || unit === "second") {
      return words.format(Math.trunc(seconds / size), unit);
    }
  }
  return "";
}

/** Return a span as a clock shows it: `1:04:09`, `4:09`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60) % 60;
  const left = two(whole % 60);
  return whole < 3600
    ? `${minutes}:${left}`
    : `${Math.floor(whole / 3600)}:${two(minutes)}:${left}`;
}

/** Tell which form of a text a number takes. */
export function plural(n: number): "one" | "other" {
  return new Intl.PluralRules(locale.language).select(n) === "one" ? "one" : "other";
}

/** Return a moment as `<input type="datetime-local">` takes it, in the zone that is shown. */
export function toField(moment: string | null): string {
  if (!moment) return "";
  const parts = new Intl.DateTimeFormat("sv", {
    dateStyle: "short",
    timeStyle: "short",
    timeZone: zone(),
  }).format(new Date(moment));
  return parts.replace(" ", "T");
}

/**
 * Return what was typed into such a field as ISO text.
 *
 * Without an offset where the server's own zone is shown: there, that is how it is read.
 */
export function fromField(text: string): string | null {
  if (!text) return null;
  return zone() ? text : new Date(text).toISOString();
}
