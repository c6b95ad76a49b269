import { html, LitElement, type PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";
import "../../forge/atelier-forge";
import { SocketDoor } from "../../forge/socket-door";
import { presence } from "../../frame/presence";
import type { Hass } from "../../hass";
import { forgePlaces } from "./places";

/** A Forge's pages in the panel. */
@customElement("atelier-forge-page")
export class ForgePage extends LitElement {
  @property({ attribute: false }) hass!: Hass;
  /** The Forge's entry in Home Assistant; another one is for another element. */
  @property({ attribute: false }) entryId!: string;
  @property({ attribute: false }) rest: string[] = [];
  private door?: SocketDoor;

  override connectedCallback(): void {
    super.connectedCallback();
    presence.addEventListener("back", this.open);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    presence.removeEventListener("back", this.open);
  }

  protected override willUpdate(changes: PropertyValues): void {
    if (changes.has("entryId")) this.open();
  }

  /** Begin anew: streams of a Home Assistant that was away are not taken up again. */
  private open = (): void => {
    this.door = new SocketDoor(this.hass, this.entryId);
    this.requestUpdate();
  };

  protected override render() {
    return html`<atelier-forge .door=${this.door} .places=${forgePlaces} .rest=${this.rest}></atelier-forge>`;
  }
}
