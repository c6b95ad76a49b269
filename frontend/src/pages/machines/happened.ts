import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { Api } from "../../api/api";
import type { HappeningKind } from "../../api/types";

/** Call whenever something of some kinds happens, or may have, for as long as a page is shown. */
export class Happened implements ReactiveController {
  private end?: () => void;

  constructor(
    private host: ReactiveControllerHost & { api: Api },
    private kinds: readonly HappeningKind[],
    private call: () => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.end = this.host.api.machines(
      (event) => {
        // What happened before the stream began, or while the line was down, nobody was told.
        const missed = event.type === "all";
        if (missed || (event.type === "happened" && this.kinds.includes(event.happening.kind))) {
          this.call();
        }
      },
      // The list itself tells what is wrong; it is only not asked for again by itself.
      () => undefined,
    );
  }

  hostDisconnected(): void {
    this.end?.();
  }
}
