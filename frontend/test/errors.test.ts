import { describe, expect, it } from "vitest";
import { failure } from "../src/api/errors";

describe("a failure", () => {
  it("keeps what Home Assistant translates it by", () => {
    const told = failure({
      code: "ledger_conflict_member",
      message: "Somebody else changed this member meanwhile.",
      translation_key: "ledger_conflict_member",
      translation_placeholders: { what: "member" },
    });
    expect([told.code, told.key, told.placeholders]).toEqual([
      "ledger_conflict_member",
      "ledger_conflict_member",
      { what: "member" },
    ]);
  });

  it("is a lost connection, however that is told", () => {
    expect(failure(3).code).toBe("connection_lost");
    const whole = {
      type: "result",
      success: false,
      error: { code: 3, message: "Connection lost" },
    };
    expect(failure(whole).code).toBe("connection_lost");
  });

  it("is made of anything that was thrown", () => {
    expect(failure(new TypeError("x is undefined")).message).toBe("x is undefined");
    expect(failure(undefined).code).toBe("unknown_error");
    const same = failure({ code: "not_found" });
    expect(failure(same)).toBe(same);
  });
});
