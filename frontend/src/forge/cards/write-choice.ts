import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import "../../elements/at-checkbox";
import "../../elements/at-select";
import { base, stack } from "../../elements/styles";
import { t } from "../../i18n/text";
import type { ForgeDoor } from "../door";
import type { CardImage, Verification } from "./card";
import "./image-picker";
import { NO_WISH, type WriteWish } from "./wish";

const VERIFICATIONS: Verification[] = ["full-hash", "prefix-64MiB", "prefix-16MiB", "skipped"];

/** Which image comes onto a card, and how it is written; `at-change` tells what is wanted. */
@customElement("forge-write-choice")
export class WriteChoice extends LitElement {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) value: WriteWish = NO_WISH;

  static override styles = [
    base,
    stack,
    css`
      :host {
        display: block;
      }
    `,
  ];

  protected override render() {
    const { image, wipe, ejects, verification } = this.value;
    return html`<div class="stack">
      <forge-image-picker
        .door=${this.door}
        .value=${image}
        @at-change=${(event: CustomEvent<CardImage>) => this.set({ image: event.detail })}
      ></forge-image-picker>
      <div>
        <at-checkbox
          label=${t("forge_cards.wipe")}
          hint=${t("forge_cards.wipe_hint")}
          .value=${wipe}
          @at-change=${(event: CustomEvent<boolean>) => this.set({ wipe: event.detail })}
        ></at-checkbox>
        <at-checkbox
          label=${t("forge_cards.eject_after")}
          .value=${ejects}
          @at-change=${(event: CustomEvent<boolean>) => this.set({ ejects: event.detail })}
        ></at-checkbox>
      </div>
      <at-select
        label=${t("forge_cards.verification")}
        any=${t("forge_cards.usual")}
        .value=${verification}
        .options=${VERIFICATIONS.map((value) => ({
          value,
          label: t(`forge_cards.verify.${value.replace("-", "_")}`),
        }))}
        @at-change=${(event: CustomEvent<Verification | "">) =>
          this.set({ verification: event.detail })}
      ></at-select>
    </div>`;
  }

  private set(change: Partial<WriteWish>): void {
    const detail: WriteWish = { ...this.value, ...change };
    this.dispatchEvent(new CustomEvent("at-change", { detail }));
  }
}
