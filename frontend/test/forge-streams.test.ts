import { describe, expect, it, vi } from "vitest";
import { Failure } from "../src/api/errors";
import { EventParser } from "../src/forge/sse";
import { Streaming } from "../src/forge/streaming";

describe("server-sent events", () => {
  it("are read from pieces of any size", () => {
    const text =
      ': beat\n\nretry: 2000\n\nid: 7\nevent: log\ndata: one\ndata: two\n\nevent: end\r\ndata:{"a":1}\r\n\r\n';
    for (const size of [1, 3, 1000]) {
      const parser = new EventParser();
      const found = [];
      for (let at = 0; at < text.length; at += size) {
        found.push(...parser.take(text.slice(at, at + size)));
      }
      expect(found).toEqual([
        { type: "log", data: "one\ntwo", id: "7" },
        { type: "end", data: '{"a":1}', id: undefined },
      ]);
    }
  });

  it("are not told before they are complete", () => {
    const parser = new EventParser();
    expect(parser.take("id: 1\ndata: half")).toEqual([]);
    expect(parser.take("\n\n")).toEqual([{ type: "message", data: "half", id: "1" }]);
  });

  it("keep empty lines of what they tell", () => {
    expect(new EventParser().take("data: a\ndata:\ndata: b\n\n")[0]?.data).toBe("a\n\nb");
  });
});

/** Answer with pieces, then end the line. */
function answer(...pieces: string[]): Response {
  return new Response(
    new ReadableStream({
      start(controller) {
        for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
        controller.close();
      },
    }),
  );
}

describe("a stream", () => {
  it("goes on after what was heard, however often it breaks", async () => {
    vi.useFakeTimers();
    const asked: (string | undefined)[] = [];
    const answers = [
      answer("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: half"),
      new TypeError("no network"),
      answer("id: 3\ndata: c\n\n", "event: end\ndata: x\n\n"),
    ];
    const heard: string[] = [];
    const line: boolean[] = [];
    new Streaming(
      {
        open: async (last) => {
          asked.push(last);
          const next = answers.shift();
          if (next instanceof Response) return next;
          throw next;
        },
        event: ({ type, data }) => {
          heard.push(data);
          return type === "end" ? "over" : undefined;
        },
        line: (up) => line.push(up),
        refused: () => heard.push("refused"),
        final: () => false,
      },
      "0",
    );
    await vi.advanceTimersByTimeAsync(60_000);
    vi.useRealTimers();
    expect(asked).toEqual(["0", "2", "2"]);
    expect(heard).toEqual(["a", "b", "c", "x"]);
    expect(line).toEqual([true, false, true]);
  });

  it("ends when it is refused for good", async () => {
    vi.useFakeTimers();
    const open = vi.fn().mockRejectedValue(new Failure("unauthorized.token", ""));
    const refused = vi.fn();
    const line = vi.fn();
    new Streaming({ open, refused, line, event: () => undefined, final: () => true });
    await vi.advanceTimersByTimeAsync(60_000);
    vi.useRealTimers();
    expect([open.mock.calls.length, refused.mock.calls.length]).toEqual([1, 1]);
    expect(line).not.toHaveBeenCalledWith(true);
  });

  it("rests while its page is not seen, and goes on where it was", async () => {
    const page = Object.assign(new EventTarget(), { hidden: false });
    vi.stubGlobal("document", page);
    vi.resetModules();
    const { Streaming } = await import("../src/forge/streaming");
    const show = (shown: boolean) => {
      page.hidden = !shown;
      page.dispatchEvent(new Event("visibilitychange"));
    };
    const open = vi.fn((_last: string | undefined, signal: AbortSignal) => {
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode("id: 5\ndata: a\n\n"));
          signal.addEventListener("abort", () => controller.error(new Error("aborted")));
        },
      });
      return Promise.resolve(new Response(body));
    });
    const line = vi.fn();
    const streaming = new Streaming({
      open,
      line,
      refused: () => undefined,
      event: () => undefined,
      final: () => false,
    });
    await vi.waitFor(() => expect(open).toHaveBeenCalledTimes(1));
    await new Promise((done) => setTimeout(done));
    show(false);
    await new Promise((done) => setTimeout(done, 20));
    expect(open).toHaveBeenCalledTimes(1);
    show(true);
    await vi.waitFor(() => expect(open).toHaveBeenCalledTimes(2));
    expect(open.mock.calls[1]?.[0]).toBe("5");
    // Nobody was told that the line was down: it was not.
    expect(line.mock.calls).toEqual([[true]]);
    streaming.stop();
    show(false);
    show(true);
    expect(open).toHaveBeenCalledTimes(2);
    vi.unstubAllGlobals();
  });

  it("is opened anew when nothing comes, not even a sign of life", async () => {
    vi.useFakeTimers();
    const open = vi.fn((_last: string | undefined, signal: AbortSignal) => {
      const body = new ReadableStream({
        start: (controller) =>
          signal.addEventListener("abort", () => controller.error(new Error("aborted"))),
      });
      return Promise.resolve(new Response(body));
    });
    const streaming = new Streaming({
      open,
      refused: () => undefined,
      line: () => undefined,
      event: () => undefined,
      final: () => false,
    });
    await vi.advanceTimersByTimeAsync(45_000);
    expect(open).toHaveBeenCalledTimes(2);
    streaming.stop();
    await vi.advanceTimersByTimeAsync(120_000);
    vi.useRealTimers();
    expect(open).toHaveBeenCalledTimes(2);
  });
});
