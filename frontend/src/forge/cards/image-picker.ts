import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../../elements/at-button";
import "../../elements/at-search";
import "../../elements/at-text";
import { base } from "../../elements/styles";
import { Loading } from "../../frame/loading";
import { failureText } from "../../i18n/failures";
import { ago, bytes } from "../../i18n/format";
import { t } from "../../i18n/text";
import type { ForgeDoor } from "../door";
import type { CardImage } from "./card";

/** Which image: one that a build left, or a file of the shared folder. */
@customElement("forge-image-picker")
export class ImagePicker extends LitElement {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) value?: { job_id: string | null; name: string };
  /** A file of the shared folder, whose path is typed. */
  @state() private shared = false;
  private words = "";
  private images = new Loading<CardImage[]>(this, async () => {
    const query = { search: this.words, limit: 50 };
    type Told = { images: CardImage[] };
    return (await this.door.request<Told>("GET", "/card-images", { query })).images;
  });

  static override styles = [
    base,
    css`
      fieldset {
        display: grid;
        gap: 8px;
        margin: 0;
        padding: 0;
        border: none;
      }
      legend {
        margin-bottom: 4px;
        padding: 0;
        font-size: 0.875rem;
        color: var(--secondary-text-color);
      }
      .list {
        max-height: 280px;
        overflow-y: auto;
        border: 1px solid var(--divider-color);
        border-radius: 8px;
      }
      label {
        display: flex;
        gap: 12px;
        align-items: center;
        min-height: 44px;
        padding: 6px 12px;
        overflow-wrap: anywhere;
        cursor: pointer;
      }
      label + label {
        border-top: 1px solid var(--divider-color);
      }
      input {
        flex: none;
        width: 20px;
        height: 20px;
        accent-color: var(--primary-color);
      }
      small,
      p {
        display: block;
        margin: 0;
        color: var(--secondary-text-color);
      }
    `,
  ];

  private look(words: string): void {
    this.words = words;
    void this.images.load();
  }

  protected override render() {
    return html`<fieldset>
      <legend>${t("forge_cards.image")}</legend>
      ${this.shared ? this.path() : this.list()}
      <div>
        <at-button kind="quiet" @click=${this.turnOver}>
          ${t(this.shared ? "forge_cards.from_builds" : "forge_cards.from_shared")}
        </at-button>
      </div>
    </fieldset>`;
  }

  private list() {
    const { loaded: images, failed } = this.images;
    return html`
      <at-search
        label=${t("forge_cards.search_images")}
        @at-change=${(event: CustomEvent<string>) => this.look(event.detail)}
      ></at-search>
      ${failed === undefined ? nothing : html`<p role="alert">${failureText(failed)}</p>`}
      ${images?.length === 0 ? html`<p role="status">${t("forge_cards.no_images")}</p>` : nothing}
      ${
        images?.length
          ? html`<div class="list" role="radiogroup" aria-label=${t("forge_cards.image")}>
              ${images.map((image) => this.line(image))}
            </div>`
          : nothing
      }
    `;
  }

  private line(image: CardImage) {
    const chosen = image.job_id === this.value?.job_id && image.name === this.value.name;
    return html`<label>
      <input type="radio" name="image" .checked=${chosen} @change=${() => this.tell(image)} />
      <span>
        ${image.name}
        <small>
          ${image.profile_id ? `${image.profile_id} · ` : ""}${image.release} · ${bytes(image.size)} · ${ago(image.built_at)}
        </small>
      </span>
    </label>`;
  }

  private path() {
    return html`<at-text
      label=${t("forge_cards.path_of_image")}
      hint=${t("forge_cards.path_hint")}
      maxlength="255"
      .value=${this.value?.job_id ? "" : (this.value?.name ?? "")}
      @at-change=${(event: CustomEvent<string>) => this.tell({ job_id: null, name: event.detail.trim() })}
    ></at-text>`;
  }

  private turnOver = (): void => {
    this.shared = !this.shared;
    this.tell({ job_id: null, name: "" });
  };

  private tell(image: { job_id: string | null; name: string }): void {
    this.dispatchEvent(new CustomEvent("at-change", { detail: image }));
  }
}
