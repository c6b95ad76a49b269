import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Failure } from "../src/api/errors";
import type { EventsListener, LogListener } from "../src/forge/door";
import { SocketDoor } from "../src/forge/socket-door";
import type { HassConnection } from "../src/hass";

type Message = Record<string, unknown>;

/** A connection that keeps what is sent, and answers what a test says. */
class Line implements HassConnection {
  sent: Message[] = [];
  streams: { message: Message; tell: (event: unknown) => void; ended: boolean }[] = [];
  answer: (message: Message) => unknown = () => null;
  private listeners = new Map<string, Set<() => void>>();

  async sendMessagePromise<T>(message: Message): Promise<T> {
    this.sent.push(message);
    return this.answer(message) as T;
  }

  async subscribeMessage<T>(tell: (event: T) => void, message: Message) {
    const stream = {
      message: { ...message },
      tell: tell as (event: unknown) => void,
      ended: false,
    };
    this.streams.push(stream);
    return async () => {
      stream.ended = true;
    };
  }

  addEventListener(type: string, listener: () => void): void {
    this.listeners.set(type, (this.listeners.get(type) ?? new Set()).add(listener));
  }

  removeEventListener(type: string, listener: () => void): void {
    this.listeners.get(type)?.delete(listener);
  }

  fire(type: string): void {
    for (const listener of this.listeners.get(type) ?? []) listener();
  }

  get last() {
    const stream = this.streams.at(-1);
    if (!stream) throw new Error("nothing is followed");
    return stream;
  }

  heard(): unknown[] {
    return this.sent
      .filter(({ type }) => type === "atelier/forge/heard")
      .map(({ number }) => number);
  }
}

let line: Line;
let door: SocketDoor;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("window", globalThis);
  line = new Line();
  door = new SocketDoor({ connection: line, fetchWithAuth: vi.fn() }, "entry");
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const told = (number: number, event: string, data: string, id: number | null = null) => ({
  type: "told",
  number,
  id,
  event,
  data,
});

function logged(): LogListener & { said: unknown[] } {
  const said: unknown[] = [];
  return {
    said,
    text: (text, next) => said.push([text, next]),
    gap: (from, to) => said.push(["gap", from, to]),
    end: (state) => said.push(["end", state]),
    line: (up) => said.push(["line", up]),
    refused: (error) => said.push(["refused", (error as Failure).code]),
  };
}

describe("a download", () => {
  it("is of the version that is shown, at an address that is signed", async () => {
    const link = { href: "", download: "", click: vi.fn() };
    vi.stubGlobal("document", { createElement: () => link });
    line.answer = ({ type }) => (type === "auth/sign_path" ? { path: "/signed" } : {});
    await door.downloadOverlay("attic", 3);
    expect(line.sent).toEqual([
      expect.objectContaining({ path: "profiles/attic/overlay", query: { version: 3 } }),
      {
        type: "auth/sign_path",
        path: "/api/atelier/forge/entry/profiles/attic/overlay/archive?version=3",
      },
    ]);
    expect(link).toMatchObject({ href: "/signed", download: "attic.tar" });
    expect(link.click).toHaveBeenCalledOnce();
  });

  it("is not begun where there is nothing", async () => {
    line.answer = () => {
      throw { code: "not_found.profile", message: "none", translation_key: "forge_refused" };
    };
    await expect(door.downloadOverlay("nobody", 1)).rejects.toMatchObject({
      code: "not_found.profile",
    });
    expect(line.sent).toHaveLength(1);
  });
});

describe("a request", () => {
  it("names the Forge, and leaves out what is not said", async () => {
    line.answer = () => ({ jobs: [] });
    const asked = { query: { limit: 5, before: undefined }, idempotencyKey: "one" };
    expect(await door.request("GET", "/jobs", asked)).toEqual({ jobs: [] });
    expect(line.sent).toEqual([
      {
        type: "atelier/forge/request",
        entry_id: "entry",
        method: "GET",
        path: "jobs",
        query: { limit: 5 },
        idempotency_key: "one",
      },
    ]);
  });

  it("fails in the Forge's own terms", async () => {
    line.answer = () =>
      Promise.reject({
        code: "validation.profile",
        message: "not so",
        translation_key: "forge_refused",
        translation_placeholders: { facts: { problems: [{ where: "name" }] } },
      });
    await expect(door.request("POST", "/profiles", { body: {} })).rejects.toMatchObject({
      code: "validation.profile",
      key: undefined,
      facts: { problems: [{ where: "name" }] },
    });
  });

  it("fails in Home Assistant's, where the Forge is away", async () => {
    line.answer = () =>
      Promise.reject({ code: "forge_away", message: "", translation_key: "forge_away" });
    await expect(door.request("GET", "/jobs")).rejects.toMatchObject({ key: "forge_away" });
  });
});

describe("a stream", () => {
  it("is heard soon, once for what is little", async () => {
    const events: unknown[] = [];
    const listener = {
      event: (event: unknown) => events.push(event),
      reset: () => events.push("reset"),
    };
    door.events(listener as EventsListener);
    line.last.tell({ type: "line", up: true });
    line.last.tell(told(1, "begin", "{}", 7));
    line.last.tell(told(2, "job.done", '{"id":8}', 8));
    line.last.tell(told(3, "reset", "{}", 9));
    expect(events).toEqual([{ id: 8 }, "reset"]);
    expect(line.heard()).toEqual([]);
    await vi.advanceTimersByTimeAsync(250);
    expect(line.heard()).toEqual([3]);
  });

  it("that begins late has all asked anew", () => {
    const listener = { event: vi.fn(), reset: vi.fn(), line: vi.fn() };
    door.events(listener);
    line.last.tell({ type: "line", up: false });
    line.last.tell({ type: "line", up: true });
    line.last.tell(told(1, "begin", "{}", 7));
    expect(listener.line.mock.calls).toEqual([[false], [true]]);
    expect(listener.reset).toHaveBeenCalledOnce();
  });

  it("is heard at once where that is much", () => {
    const log = logged();
    door.log("j", 0, log);
    line.last.tell(told(1, "log", "x".repeat(40_000), 40_001));
    expect(line.heard()).toEqual([1]);
  });

  it("goes on where it was, under the same name", async () => {
    const log = logged();
    door.log("j", 5, log);
    const first = line.last.message;
    expect(first).toMatchObject({ type: "atelier/forge/log", job_id: "j", after: 5 });
    line.last.tell(told(1, "log", "one", 9));
    line.last.tell({ type: "over" });
    await vi.advanceTimersByTimeAsync(1000);
    expect(line.streams).toHaveLength(2);
    expect(line.last.message).toMatchObject({ after: 9, stream: first.stream });
    expect(log.said).toEqual([["one\n", 9]]);
  });

  it("ends with the log", async () => {
    const log = logged();
    door.log("j", 0, log);
    await vi.advanceTimersByTimeAsync(0);
    line.last.tell(told(1, "gap", '{"from":0,"to":9}'));
    line.last.tell(told(2, "end", '{"state":"done"}'));
    line.last.tell({ type: "over" });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(log.said).toEqual([
      ["gap", 0, 9],
      ["end", "done"],
    ]);
    expect(line.streams).toHaveLength(1);
  });

  it("tells that the line is down, whoever is away", () => {
    const log = logged();
    door.log("j", 0, log);
    line.last.tell({ type: "line", up: true });
    line.last.tell({ type: "line", up: false });
    line.fire("disconnected");
    expect(log.said).toEqual([
      ["line", true],
      ["line", false],
      ["line", false],
    ]);
  });

  it("may be refused for good", async () => {
    const log = logged();
    door.log("j", 0, log);
    await vi.advanceTimersByTimeAsync(0);
    const error = { code: "not_found.job", message: "", translation_key: "forge_refused" };
    line.last.tell({ type: "refused", error });
    expect(log.said).toEqual([["refused", "not_found.job"]]);
    expect(line.last.ended).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(line.streams).toHaveLength(1);
  });
});
