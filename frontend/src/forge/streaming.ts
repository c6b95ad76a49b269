/** A stream over HTTP that is taken up again where it broke, for as long as somebody listens. */

import { EventParser, type ServerEvent } from "./sse";

/** How long to wait before each further try; the last holds for all that follow. */
const PAUSES_MS = [500, 1000, 2000, 4000, 8000, 15_000];
/** The Forge says every 15 seconds that it lives: a line that is silent for longer is dead. */
const SILENCE_MS = 40_000;

/** Where this runs in a browser. */
const page = typeof document === "undefined" ? undefined : document;

interface Options {
  /** Open the stream anew, from after an event on. What it fails with ends it, if `final` says so. */
  open: (last: string | undefined, signal: AbortSignal) => Promise<Response>;
  event: (event: ServerEvent) => "over" | undefined;
  line: (up: boolean) => void;
  refused: (error: unknown) => void;
  final: (error: unknown) => boolean;
}

/**
 * One stream. It rests while its page is not seen: browsers open six lines to a server, for all tabs
 * together, and each stream holds one.
 */
export class Streaming {
  private stopped = false;
  private running = false;
  private resting = false;
  private tries = 0;
  private up?: boolean;
  private timer?: ReturnType<typeof setTimeout>;
  private silence?: ReturnType<typeof setTimeout>;
  private abort?: AbortController;

  constructor(
    private options: Options,
    private last?: string,
  ) {
    page?.addEventListener("visibilitychange", this.seen);
    if (page?.hidden) this.resting = true;
    else void this.run();
  }

  stop(): void {
    this.stopped = true;
    page?.removeEventListener("visibilitychange", this.seen);
    clearTimeout(this.timer);
    clearTimeout(this.silence);
    this.abort?.abort();
  }

  private seen = (): void => {
    if (page?.hidden) {
      this.resting = true;
      clearTimeout(this.timer);
      this.abort?.abort();
    } else if (this.resting && !this.running) this.wake();
  };

  private wake(): void {
    this.resting = false;
    this.tries = 0;
    void this.run();
  }

  private async run(): Promise<void> {
    this.running = true;
    this.abort = new AbortController();
    try {
      this.alive();
      const answer = await this.options.open(this.last, this.abort.signal);
      this.tell(true);
      if (answer.body) await this.read(answer.body);
    } catch (error) {
      if (!this.stopped && this.options.final(error)) {
        this.stop();
        this.options.refused(error);
      }
    }
    this.running = false;
    clearTimeout(this.silence);
    this.again();
  }

  private async read(body: ReadableStream<Uint8Array>): Promise<void> {
    const parser = new EventParser();
    const decoder = new TextDecoder();
    const reader = body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || this.stopped) return;
      this.alive();
      for (const event of parser.take(decoder.decode(value, { stream: true }))) {
        this.tries = 0;
        if (event.id !== undefined) this.last = event.id;
        if (this.options.event(event) === "over") this.stop();
        if (this.stopped) return;
      }
    }
  }

  private alive(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.abort?.abort(), SILENCE_MS);
  }

  private again(): void {
    if (this.stopped) return;
    if (this.resting) {
      if (!page?.hidden) this.wake();
      return;
    }
    this.tell(false);
    const pause = PAUSES_MS[Math.min(this.tries, PAUSES_MS.length - 1)];
    this.tries += 1;
    this.timer = setTimeout(() => void this.run(), pause);
  }

  private tell(up: boolean): void {
    if (this.stopped || up === this.up) return;
    this.up = up;
    this.options.line(up);
  }
}
