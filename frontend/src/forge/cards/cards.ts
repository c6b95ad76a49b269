import { mdiEject, mdiRefresh, mdiSd } from "@mdi/js";
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { failure } from "../../api/errors";
import "../../elements/at-button";
import "../../elements/at-chip";
import { attempt, toast } from "../../elements/at-toasts";
import { tiles } from "../../elements/styles";
import { Loading } from "../../frame/loading";
import { bytes, number } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Calm } from "../calm";
import { facts } from "../facts-style";
import { Hearing } from "../feed";
import { ForgePage } from "../forge-page";
import { type Device, ordered } from "./card";
import "./record-list";
import { deviceName, partitionWords, refusalWords, transportWords, wholeWords } from "./words";
import "./write-dialog";

/** Cards: the disks of the Forge's host as facts, what is written to them, and what was. */
@customElement("forge-cards")
export class CardsPage extends ForgePage {
  /** The device that somebody chose to write. */
  @state() private chosen?: Device;
  /** Writing cards is switched off. */
  @state() private off = false;
  private loading = new Loading<Device[]>(this, async () => {
    try {
      type Told = { devices: Device[] };
      const { devices } = await this.door.request<Told>("GET", "/flash/devices");
      this.off = false;
      return ordered(devices);
    } catch (error) {
      this.off = failure(error).code === "precondition.flashing_disabled";
      if (this.off) return [];
      throw error;
    }
  });
  private reload = new Calm(this, () => void this.loading.load());

  static override styles = [
    ForgePage.styles,
    facts,
    tiles,
    css`
      .device {
        display: flex;
        flex-direction: column;
      }
      .device h2 {
        margin: 0;
        overflow-wrap: anywhere;
      }
      .grow {
        flex: 1;
      }
      ul {
        margin: 4px 0 0;
        padding-left: 20px;
        overflow-wrap: anywhere;
      }
      .deeds {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-top: 16px;
      }
      code {
        overflow-wrap: anywhere;
      }
    `,
  ];

  constructor() {
    super();
    new Hearing(this, (event) => {
      if (!event || event.data.kind === "flash.write") this.reload.call();
    });
  }

  protected override render() {
    return html`
      <div class="bar">
        <h1 class="grow">${t("forge_cards.title")}</h1>
        ${
          this.off
            ? nothing
            : html`<at-button .icon=${mdiRefresh} @click=${() => this.loading.load()}>
                ${t("forge_cards.look_again")}
              </at-button>`
        }
      </div>
      ${this.loading.render((devices) => (this.off ? this.howTo() : this.devices(devices)))}
      <forge-record-list .door=${this.door} .feed=${this.feed} .places=${this.places}></forge-record-list>
      ${
        this.chosen
          ? html`<forge-write-dialog
              .door=${this.door}
              .feed=${this.feed}
              .device=${this.chosen}
              @at-close=${() => {
                this.chosen = undefined;
                this.reload.call();
              }}
            ></forge-write-dialog>`
          : nothing
      }
    `;
  }

  private howTo() {
    return html`<section class="card">
      <h2>${t("forge_cards.off")}</h2>
      <p>${t("forge_cards.off_why")}</p>
      <ul>
        <li>${t("forge_cards.off_app")}</li>
        <li>${t("forge_cards.off_else")} <code>FORGE_FLASHING=true</code></li>
      </ul>
    </section>`;
  }

  private devices(devices: Device[]) {
    return html`<p class="muted">${t("forge_cards.about")}</p>
      ${
        devices.length
          ? html`<div class="tiles">${devices.map((device) => this.device(device))}</div>`
          : html`<at-note>${t("forge_cards.no_devices")}</at-note>`
      }`;
  }

  private device(device: Device) {
    const { refusal, partitions } = device;
    const told: [string, string | null][] = [
      ["path", device.path],
      ["serial", device.serial],
      ["connected", device.transport && transportWords(device.transport)],
      ["size", device.size ? `${bytes(device.size)} (${number(device.size)} B)` : null],
    ];
    return html`<section class="card device" aria-label=${`${deviceName(device)}, ${device.path}`}>
      <h2>${deviceName(device)}</h2>
      <dl>
        ${told.map(([name, value]) =>
          value ? html`<div><dt>${t(`forge_cards.${name}`)}</dt><dd>${value}</dd></div>` : nothing,
        )}
      </dl>
      <div class="grow">
        ${partitions.length ? html`<ul>${partitions.map((part) => html`<li>${partitionWords(part)}</li>`)}</ul>` : nothing}
        ${device.label || device.filesystem ? html`<p>${wholeWords(device)}</p>` : nothing}
        ${device.suspect ? html`<p><at-chip tone="bad">${t("forge_cards.suspect")}</at-chip></p>` : nothing}
      </div>
      ${refusal ? html`<p><at-chip tone="warning">${refusalWords(refusal)}</at-chip></p>` : this.deeds(device)}
    </section>`;
  }

  private deeds(device: Device) {
    return html`<div class="deeds">
      <at-button
        .icon=${mdiSd}
        @click=${() => {
          this.chosen = device;
        }}
      >
        ${t("forge_cards.write")}
      </at-button>
      ${
        device.removable
          ? html`<at-button kind="quiet" .icon=${mdiEject} @click=${() => this.eject(device)}>
              ${t("forge_cards.eject")}
            </at-button>`
          : nothing
      }
    </div>`;
  }

  private async eject({ path }: Device): Promise<void> {
    await attempt(async () => {
      type Told = { ejected: boolean };
      const body = { device: path };
      const { ejected } = await this.door.request<Told>("POST", "/flash/eject", { body });
      toast(t(ejected ? "forge_cards.ejected" : "forge_cards.not_ejected"));
    });
    this.reload.call();
  }
}
