/** A Forge's stream that Home Assistant passes on, as fast as this page takes it. */

import { type Failure, failure } from "../api/errors";
import { Following } from "../api/following";
import type { HassConnection } from "../hass";
import type { ServerEvent } from "./sse";

/** So much may come before it is said at once that it was heard, in characters. */
const MUCH = 32 * 1024;
/** What is less is said to be heard a little later, once for all of it. */
const SOON_MS = 200;

/** What Home Assistant tells of a stream. */
type Relayed =
  | { type: "line"; up: boolean }
  | { type: "refused"; error: unknown }
  | { type: "told"; number: number; id: number | null; event: string; data: string };

interface Listener {
  event: (event: ServerEvent) => "over" | undefined;
  line: (up: boolean) => void;
  refused: (error: Failure) => void;
}

let streams = 0;

export class RelayedStream {
  private message: Record<string, unknown>;
  private following: Following<Relayed>;
  private unsaid = 0;
  private number = 0;
  private timer = 0;

  /** `what` is the command that begins it: its name, and where it begins. */
  constructor(
    private connection: HassConnection,
    private entryId: string,
    what: { type: string; after?: number; job_id?: string },
    private listener: Listener,
  ) {
    streams += 1;
    this.message = { ...what, entry_id: entryId, stream: `page-${streams}` };
    connection.addEventListener("disconnected", this.lost);
    this.following = new Following<Relayed>(
      connection,
      this.message,
      (event) => this.take(event),
      (error) => this.refuse(error),
    );
  }

  stop(): void {
    clearTimeout(this.timer);
    this.connection.removeEventListener("disconnected", this.lost);
    this.following.stop();
  }

  private lost = (): void => this.listener.line(false);

  private refuse(error: unknown): void {
    this.stop();
    this.listener.refused(failure(error));
  }

  private take(told: Relayed): void {
    if (told.type === "line") this.listener.line(told.up);
    else if (told.type === "refused") this.refuse(told.error);
    else {
      const { event: type, data, id } = told;
      // Taken up again, it goes on from here.
      if (id !== null) this.message.after = id;
      const over = this.listener.event({ type, data, id: id === null ? undefined : String(id) });
      if (over) this.stop();
      else this.heard(told.number, data.length);
    }
  }

  /** Say that something was heard: more comes only then. */
  private heard(number: number, size: number): void {
    this.number = number;
    this.unsaid += size;
    if (this.unsaid >= MUCH) this.say();
    else if (!this.timer) this.timer = window.setTimeout(this.say, SOON_MS);
  }

  private say = (): void => {
    clearTimeout(this.timer);
    this.timer = 0;
    this.unsaid = 0;
    this.connection
      .sendMessagePromise({
        type: "atelier/forge/heard",
        entry_id: this.entryId,
        stream: this.message.stream,
        number: this.number,
      })
      // A stream that ended meanwhile waits for nobody.
      .catch(() => undefined);
  };
}
