import { property } from "lit/decorators.js";
import { Page } from "../frame/page";
import type { ForgeDoor } from "./door";
import type { Feed } from "./feed";
import { hindranceOf } from "./hindrance";
import type { Places } from "./places";
import type { Status } from "./types";

/**
 * The base of the Forge's pages, made anew when the Forge or the language changes.
 *
 * `new Hearing(this, …)` follows what happens, `new Loading(this, …)` asks for something first.
 */
export abstract class ForgePage extends Page {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) feed!: Feed;
  @property({ attribute: false }) places!: Places;
  /** How the Forge stands; asked for again when jobs begin and end. */
  @property({ attribute: false }) status?: Status;

  /** Why nothing can be built now; empty where it can. */
  protected get hindrance(): string {
    return hindranceOf(this.status);
  }

  /** Go to a place: `goTo("builds", id)`. */
  protected goTo(...place: string[]): void {
    this.places.go(place);
  }

  /** Return the address of a place, for a link: `href=${this.address("jobs", id)}`. */
  protected address(...place: string[]): string {
    return this.places.address(place);
  }
}
