import { describe, expect, it } from "vitest";
import type { Happening, MachineState, MachineView, PlanView } from "../src/api/types";
import { linkable } from "../src/elements/url";
import { nearest } from "../src/pages/machines/care";
import { type Floor, KEPT_HAPPENINGS, after as told } from "../src/pages/machines/store";
import { counted, shown, type View } from "../src/pages/machines/view";

function machine(id: number, change: Partial<MachineView> = {}): MachineView {
  return {
    id,
    name: `Machine ${id}`,
    type_id: 1,
    type: "Drills",
    version: 1,
    blocked: false,
    server_down: "signed_list",
    state: "free",
    online: true,
    last_seen: null,
    since: null,
    member_id: null,
    member_name: null,
    hours: 0,
    hours_to_care: null,
    plans: [],
    board: null,
    silent: false,
    device_id: null,
    ...change,
  };
}

function plan(every_h: number, hours_left: number): PlanView {
  const about = {
    id: 1,
    machine_id: 1,
    description: "Oil it",
    lcd_text: "",
    url: null,
    version: 1,
  };
  return { ...about, every_h, hours_left, due: hours_left <= 0 };
}

function happening(at: string): Happening {
  const about = { member_id: 1, member_name: "Uma", reason: null, ending: null, duration_s: null };
  return { kind: "started", machine_id: 1, at, replay: false, ...about };
}

function floor(...machines: MachineView[]): Floor {
  return told(undefined, {
    type: "all",
    machines,
    types: [],
    boards: [],
    unknown_cards: null,
    ledger_up: true,
  }) as Floor;
}

describe("the shop floor", () => {
  it("makes nothing of a change before it was told all", () => {
    expect(told(undefined, { type: "ledger", ledger_up: false })).toBeUndefined();
  });

  it("takes in what changed and lets go of what went", () => {
    const before = floor(machine(1), machine(2), machine(3));
    const changed = told(before, {
      type: "changed",
      machines: [machine(2, { blocked: true }), machine(4)],
      removed: [3],
    }) as Floor;
    expect([...changed.machines.keys()]).toEqual([1, 2, 4]);
    expect(changed.machines.get(2)?.blocked).toBe(true);
    // Cards of machines that did not change are not drawn anew.
    expect(changed.machines.get(1)).toBe(before.machines.get(1));
    expect(before.machines.get(3)).toBeDefined();
  });

  it("remembers the latest that happened, also when all is told anew", () => {
    let now: Floor | undefined = floor(machine(1));
    for (let n = 0; n < KEPT_HAPPENINGS + 5; n++) {
      now = told(now, { type: "happened", happening: happening(`at ${n}`) });
    }
    now = told(now, { ...floor(), type: "all", machines: [], unknown_cards: 2, ledger_up: false });
    expect(now?.happenings.length).toBe(KEPT_HAPPENINGS);
    expect(now?.happenings[0]?.at).toBe(`at ${KEPT_HAPPENINGS + 4}`);
    expect([now?.unknownCards, now?.ledgerUp]).toEqual([2, false]);
  });

  it("knows of boards and of the ledger", () => {
    const board = {
      machine_id: 9,
      firmware: "",
      address: "",
      serial: "",
      heap: 0,
      last_seen: null,
    };
    let now = told(floor(), { type: "boards", boards: [board] });
    now = told(now, { type: "ledger", ledger_up: false });
    expect([now?.boards, now?.ledgerUp]).toEqual([[board], false]);
    expect(told(now, { type: "facts", kinds: ["member"] })).toBe(now);
  });
});

describe("looking for machines", () => {
  const VIEW: View = { search: "", state: "", type: "", order: "name" };
  const collator = new Intl.Collator("en", { numeric: true });
  const all = [
    machine(3, { name: "Saw 10", state: "offline", hours_to_care: 5 }),
    machine(1, { name: "saw 2", state: "in_use", member_name: "Uma Ek", type_id: 2 }),
    machine(2, { name: "Laser", state: "free", type: "Lasers", hours_to_care: -1 }),
  ];
  const ids = (view: Partial<View>) =>
    shown(all, { ...VIEW, ...view }, collator).map(({ id }) => id);

  it("sorts names as people count", () => {
    expect(ids({})).toEqual([2, 1, 3]);
  });

  it("sorts by what is asked for", () => {
    expect(ids({ order: "state" })).toEqual([1, 3, 2]);
    expect(ids({ order: "number" })).toEqual([1, 2, 3]);
    expect(ids({ order: "care" })).toEqual([2, 3, 1]);
  });

  it("finds every word in name, type, number or who is on", () => {
    expect(ids({ search: "SAW" })).toEqual([1, 3]);
    expect(ids({ search: "ek saw" })).toEqual([1]);
    expect(ids({ search: "lasers" })).toEqual([2]);
    expect(ids({ search: "nothing" })).toEqual([]);
  });

  it("leaves out other states and types", () => {
    expect(ids({ state: "offline" })).toEqual([3]);
    expect(ids({ type: "2" })).toEqual([1]);
    expect(counted(all)).toEqual(
      new Map<MachineState, number>([
        ["offline", 1],
        ["in_use", 1],
        ["free", 1],
      ]),
    );
  });
});

describe("the next care", () => {
  it("is that of the plan with the fewest hours left", () => {
    const near = nearest(machine(1, { plans: [plan(40, 30), plan(100, 2)] }));
    expect([near?.plan.every_h, near?.tone]).toEqual([100, "warning"]);
    expect(near?.share).toBeCloseTo(0.98);
  });

  it("is overdue below zero", () => {
    expect(nearest(machine(1, { plans: [plan(10, -1)] }))?.tone).toBe("bad");
    expect(nearest(machine(1, { plans: [plan(10, 9)] }))?.tone).toBe("plain");
    expect(nearest(machine(1))).toBeUndefined();
  });
});

describe("an address that somebody typed", () => {
  it("is a link only where it leads to a page", () => {
    expect(linkable("https://example.org/a")).toBe("https://example.org/a");
    for (const address of ["javascript:alert(1)", "data:text/html,x", "no address", "", null]) {
      expect(linkable(address)).toBeNull();
    }
  });
});
