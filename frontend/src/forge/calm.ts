import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Does something soon, and once for many calls: at once, then not again before the pause is over. */
export class Calm implements ReactiveController {
  private timer = 0;
  private again = false;

  constructor(
    host: ReactiveControllerHost,
    private work: () => void,
    private pauseMs = 500,
  ) {
    host.addController(this);
  }

  /** Do it now, or when the pause is over. */
  call = (): void => {
    if (this.timer) {
      this.again = true;
      return;
    }
    this.again = false;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      if (this.again) this.call();
    }, this.pauseMs);
    this.work();
  };

  hostDisconnected(): void {
    clearTimeout(this.timer);
    this.timer = 0;
    this.again = false;
  }
}
