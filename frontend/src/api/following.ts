/** A stream that is taken up again when it was cut off: by a lost connection, a reload, a restart. */

import { presence } from "../frame/presence";
import type { HassConnection } from "../hass";
import { type Failure, failure } from "./errors";

/** How long to wait before each further try: a workshop is loaded again within some seconds. */
const PAUSES_MS = [500, 1000, 2000, 4000, 8000, 15_000];

export class Following<T extends object> {
  private stopped = false;
  private tries = 0;
  private began = false;
  private failed = false;
  private timer = 0;
  private unsubscribe?: () => Promise<void>;

  constructor(
    private connection: HassConnection,
    private message: Record<string, unknown>,
    private listen: (event: T) => void,
    private fail: (error: Failure) => void,
  ) {
    connection.addEventListener("ready", this.reconnected);
    presence.addEventListener("back", this.back);
    void this.subscribe();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.connection.removeEventListener("ready", this.reconnected);
    presence.removeEventListener("back", this.back);
    // A connection that is gone has ended the subscription already.
    this.unsubscribe?.().catch(() => undefined);
  }

  private reconnected = (): void => {
    this.tries = 0;
    this.again();
  };

  /** A house that starts may take longer than all tries. */
  private back = (): void => {
    if (this.failed) void this.subscribe();
  };

  private async subscribe(): Promise<void> {
    this.unsubscribe = undefined;
    this.failed = false;
    try {
      const end = await this.connection.subscribeMessage<T>(
        (event) => this.take(event),
        this.message,
        {
          resubscribe: false,
        },
      );
      if (this.stopped) end().catch(() => undefined);
      else this.unsubscribe = end;
    } catch (error) {
      this.again(failure(error));
    }
  }

  private take(event: T): void {
    if (this.stopped) return;
    if ("type" in event && event.type === "over") {
      this.again();
    } else {
      this.tries = 0;
      this.began = true;
      this.listen(event);
    }
  }

  private again(reason?: Failure): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    // Who is refused at once need not wait to be told.
    const pause = this.began ? PAUSES_MS[this.tries++] : undefined;
    if (pause === undefined) {
      this.failed = true;
      this.fail(reason ?? failure({ code: "connection_lost" }));
    } else {
      this.timer = window.setTimeout(() => void this.subscribe(), pause);
    }
  }
}
