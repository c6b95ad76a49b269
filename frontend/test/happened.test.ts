import type { ReactiveControllerHost } from "lit";
import { describe, expect, it } from "vitest";
import type { Api } from "../src/api/api";
import type { HappeningKind, MachinesEvent } from "../src/api/types";
import { Happened } from "../src/pages/machines/happened";

/** A page that hears of unknown cards; `say` speaks to it as the stream does. */
function page() {
  let listen: ((event: MachinesEvent) => void) | undefined;
  let calls = 0;
  const machines: Api["machines"] = (told) => {
    listen = told;
    return () => {
      listen = undefined;
    };
  };
  const host = {
    api: { machines } as Api,
    addController: () => undefined,
  } as unknown as ReactiveControllerHost & { api: Api };
  const happened = new Happened(host, ["unknown_card"], () => {
    calls += 1;
  });
  return {
    happened,
    calls: () => calls,
    hears: () => listen !== undefined,
    say: (event: MachinesEvent) => listen?.(event),
  };
}

function happening(kind: HappeningKind): MachinesEvent {
  return { type: "happened", happening: { kind } } as MachinesEvent;
}

describe("what happens at machines", () => {
  it("is asked for again where it concerns the page", () => {
    const { happened, calls, say } = page();
    happened.hostConnected();
    say(happening("unknown_card"));
    say(happening("granted"));
    say({ type: "ledger", ledger_up: true });
    expect(calls()).toBe(1);
  });

  it("is asked for again when the stream begins, as something may have been missed", () => {
    const { happened, calls, say } = page();
    happened.hostConnected();
    const all = { machines: [], types: [], boards: [], unknown_cards: 0, ledger_up: true };
    say({ type: "all", ...all });
    expect(calls()).toBe(1);
  });

  it("is not heard of any more once the page is left", () => {
    const { happened, hears } = page();
    happened.hostConnected();
    expect(hears()).toBe(true);
    happened.hostDisconnected();
    expect(hears()).toBe(false);
  });
});
