import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { HassConnection } from "../hass";
import { go } from "./route";

/** Tells `back` when what is shown may be of before, and can be asked for anew. */
export const presence = new EventTarget();

/** How long to wait before each further look: a workshop is loaded some time after its house. */
const PAUSES_MS = [0, 500, 1000, 2000, 4000];
const PAUSE_MS = 8000;
/** The side bar knows the panel a moment after its workshop is loaded. */
const REGISTERED_MS = 1000;
const DEEDS = ["pointerdown", "keydown"] as const;

/** Whether Home Assistant is there; when it comes back, wait for the workshop, and tell everybody. */
export class Presence implements ReactiveController {
  away = false;
  private connection?: HassConnection;
  private timer = 0;
  private left?: Left;

  constructor(
    private host: ReactiveControllerHost,
    /** Look for what is shown, and tell whether it is there. */
    private look: () => Promise<boolean>,
  ) {
    host.addController(this);
  }

  of(connection: HassConnection): void {
    if (this.connection === connection) return;
    this.unhear();
    this.connection = connection;
    this.hostConnected();
  }

  hostConnected(): void {
    this.unhear();
    this.connection?.addEventListener("disconnected", this.lost);
    this.connection?.addEventListener("ready", this.found);
  }

  hostDisconnected(): void {
    // Led away, it still waits for its way back.
    if (this.away) return;
    clearTimeout(this.timer);
    this.unhear();
  }

  private unhear(): void {
    this.connection?.removeEventListener("disconnected", this.lost);
    this.connection?.removeEventListener("ready", this.found);
  }

  private lost = (): void => {
    clearTimeout(this.timer);
    this.away = true;
    this.left = new Left();
    this.host.requestUpdate();
  };

  private found = (): void => this.soon(0);

  private soon(tries: number): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.tryAgain(tries), PAUSES_MS[tries] ?? PAUSE_MS);
  }

  private async tryAgain(tries: number): Promise<void> {
    if (await this.look()) {
      this.away = false;
      this.left?.comeBack();
      this.host.requestUpdate();
      presence.dispatchEvent(new Event("back"));
    } else {
      this.soon(tries + 1);
    }
  }
}

/**
 * Where somebody was when Home Assistant went.
 *
 * A front end that reconnects while Home Assistant starts does not know the panel yet, and leads
 * people home: back they go, unless they did anything themselves meanwhile.
 */
class Left {
  private readonly address = location.pathname + location.search;
  private theirs = false;

  constructor() {
    for (const deed of DEEDS) window.addEventListener(deed, this.did, { capture: true });
  }

  comeBack(): void {
    for (const deed of DEEDS) window.removeEventListener(deed, this.did, { capture: true });
    const led = !location.pathname.startsWith("/atelier");
    if (led && !this.theirs) window.setTimeout(() => go(this.address, true), REGISTERED_MS);
  }

  private did = (): void => {
    this.theirs = true;
  };
}
