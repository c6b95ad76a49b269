/** A stream over HTTP that is taken up again where it broke, for as long as somebody listens. */

import { EventParser, type ServerEvent } from "./sse";

/** How long to wait before each further try; the last holds for all that follow. */
const PAUSES_MS = [500, 1000, 2000, 4000, 8000, 15_000];
/** The Forge says every 15 seconds that it lives: a line that is silent for longer is dead. */
const SILENCE_MS = 40_000;

interface Options {
  /** Open the stream anew, from after an event on. What it fails with ends it, if `final` says so. */
  open: (last: string | undefined, signal: AbortSignal) => Promise<Response>;
  event: (event: ServerEvent) => "over" | undefined;
  line: (up: boolean) => void;
  refused: (error: unknown) => void;
  final: (error: unknown) => boolean;
}

export class Streaming {
  private stopped = false;
  private tries = 0;
  private up?: boolean;
  private timer?: ReturnType<typeof setTimeout>;
  private silence?: ReturnType<typeof setTimeout>;
  private abort?: AbortController;

  constructor(
    private options: Options,
    private last?: string,
  ) {
    void this.run();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    clearTimeout(this.silence);
    this.abort?.abort();
  }

  private async run(): Promise<void> {
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
