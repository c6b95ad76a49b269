import { beforeEach, describe, expect, it } from "vitest";
import type { HassLocale } from "../src/hass";
import {
  ago,
  dateTime,
  formatFor,
  fromField,
  hours,
  number,
  plural,
  span,
  time,
  toField,
} from "../src/i18n/format";

const LOCALE: HassLocale = {
  language: "en",
  number_format: "language",
  time_format: "24",
  date_format: "language",
  time_zone: "server",
};

function use(change: Partial<HassLocale> = {}): void {
  formatFor({ locale: { ...LOCALE, ...change }, config: { time_zone: "Europe/Rome" } });
}

describe("formats", () => {
  beforeEach(() => use());

  it("write numbers as the user likes them", () => {
    expect(number(1234.5, 1)).toBe("1,234.5");
    use({ number_format: "decimal_comma" });
    expect(hours(1234.56)).toBe("1.234,6 h");
    use({ number_format: "none" });
    expect(number(1234)).toBe("1234");
    use({ language: "it" });
    expect(number(12345.5, 1)).toBe("12.345,5");
  });

  it("tell moments in the server's zone where the user chose it", () => {
    expect(dateTime("2026-07-01T10:00:00+00:00")).toBe("Jul 1, 2026, 12:00");
    use({ date_format: "DMY" });
    expect(dateTime("2026-07-01T10:00:00+00:00")).toBe("01/07/2026, 12:00");
    use({ time_format: "12" });
    expect(time("2026-07-01T10:00:00+00:00")).toMatch(/^12:00\sPM$/);
  });

  it("tell how long ago something was", () => {
    const now = Date.parse("2026-07-01T10:00:00Z");
    expect(ago("2026-07-01T09:58:30Z", now)).toBe("1 minute ago");
    expect(ago("2026-07-03T10:00:00Z", now)).toBe("in 2 days");
    expect(ago("2026-07-01T10:00:00Z", now)).toBe("now");
  });

  it("tell spans as a clock does", () => {
    expect(span(0)).toBe("0:00");
    expect(span(249.9)).toBe("4:09");
    expect(span(3849)).toBe("1:04:09");
    expect(span(-5)).toBe("0:00");
  });

  it("know the forms that a number takes", () => {
    expect([0, 1, 2].map(plural)).toEqual(["other", "one", "other"]);
  });
});

describe("a moment in a field", () => {
  it("is typed as the server's wall shows it", () => {
    use();
    expect(toField("2026-07-01T10:00:00+00:00")).toBe("2026-07-01T12:00");
    expect(fromField("2026-07-01T12:00")).toBe("2026-07-01T12:00");
  });

  it("is typed as the browser's wall shows it", () => {
    use({ time_zone: "local" });
    const moment = "2026-07-01T10:00:00.000Z";
    expect(fromField(toField(moment))).toBe(moment);
  });

  it("can be left empty", () => {
    expect(toField(null)).toBe("");
    expect(fromField("")).toBeNull();
  });
});
