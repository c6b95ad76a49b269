import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Draw an element anew each second for as long as it shows time that passes. */
export class Ticking implements ReactiveController {
  private timer = 0;

  constructor(
    private host: ReactiveControllerHost,
    private ticks: () => boolean,
  ) {
    host.addController(this);
  }

  hostUpdated(): void {
    if (this.ticks() && !this.timer) {
      this.timer = window.setInterval(() => this.host.requestUpdate(), 1000);
    } else if (!this.ticks()) {
      this.hostDisconnected();
    }
  }

  hostDisconnected(): void {
    clearInterval(this.timer);
    this.timer = 0;
  }
}
