import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { ForgeDoor, ForgeEvent, Unsubscribe } from "./door";

/** Hears of each event; `null`: what happened meanwhile is not known, so all has to be asked anew. */
export type Heard = (event: ForgeEvent | null) => void;

/** What happens in a Forge, told once to all that show something of it. */
export class Feed {
  /** Whether the line is up, as far as is known. */
  up = true;
  private heard = new Set<Heard>();
  private ends?: Unsubscribe;

  constructor(
    private door: ForgeDoor,
    private changed: () => void,
    private refused: (error: unknown) => void,
  ) {}

  begin(): void {
    this.ends ??= this.door.events({
      event: (event) => this.tell(event),
      reset: () => this.tell(null),
      line: (up) => {
        this.up = up;
        this.changed();
      },
      refused: this.refused,
    });
  }

  end(): void {
    this.ends?.();
    this.ends = undefined;
  }

  listen(heard: Heard): Unsubscribe {
    this.heard.add(heard);
    return () => this.heard.delete(heard);
  }

  private tell(event: ForgeEvent | null): void {
    for (const heard of this.heard) heard(event);
  }
}

/** Listen to the feed for as long as an element is shown. */
export class Hearing implements ReactiveController {
  private ends?: Unsubscribe;

  constructor(
    private host: ReactiveControllerHost & { feed: Feed },
    private heard: Heard,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.ends = this.host.feed.listen(this.heard);
  }

  hostDisconnected(): void {
    this.ends?.();
  }
}
