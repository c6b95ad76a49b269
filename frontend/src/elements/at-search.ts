import { mdiMagnify } from "@mdi/js";
import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { t } from "../i18n/text";
import "./at-icon";
import { base, field } from "./styles";

/** What a person waits for after the last letter before anything is looked for. */
const PAUSE_MS = 250;

/** A search that tells its words by `at-change` once the person pauses. */
@customElement("at-search")
export class AtSearch extends LitElement {
  @property() value = "";
  @property() label = "";
  private timer = 0;

  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles = [
    base,
    field,
    css`
      :host {
        position: relative;
      }
      at-icon {
        position: absolute;
        inset: 12px auto auto 12px;
        --at-icon-size: 20px;
        color: var(--secondary-text-color);
      }
      input {
        padding-left: 40px;
      }
    `,
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  protected override render() {
    return html`
      <at-icon .path=${mdiMagnify}></at-icon>
      <input
        type="search"
        maxlength="128"
        autocomplete="off"
        placeholder=${this.label || t("common.search")}
        aria-label=${this.label || t("common.search")}
        .value=${this.value}
        @input=${this.typed}
        @search=${this.typed}
      />
    `;
  }

  private typed(event: Event): void {
    const value = (event.target as HTMLInputElement).value.trim();
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      if (value === this.value) return;
      this.value = value;
      this.dispatchEvent(new CustomEvent<string>("at-change", { detail: value }));
    }, PAUSE_MS);
  }
}
