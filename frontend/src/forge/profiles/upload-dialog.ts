import { html, LitElement } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../../elements/at-file";
import "../../elements/at-form-dialog";
import "../../elements/at-text";
import { toast } from "../../elements/at-toasts";
import { t } from "../../i18n/text";
import type { ForgeDoor } from "../door";
import type { Kept } from "./profile";
import { wrongWord } from "./wrong";

/** Uploads what a profile lays over its image: one file, or an archive in the place of all. */
@customElement("forge-upload-dialog")
export class UploadDialog extends LitElement {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) kept!: Kept;
  @property() what: "file" | "archive" = "file";
  @state() private file?: File;
  @state() private path = "/etc/";
  @state() private mode = "";

  protected override render() {
    const archive = this.what === "archive";
    return html`<at-form-dialog
      heading=${t(`forge_profiles.upload_${this.what}`)}
      action=${t("forge_profiles.upload")}
      .save=${() => this.send()}
      @at-close=${() => this.dispatchEvent(new CustomEvent("at-close"))}
    >
      <at-file
        required
        label=${t(archive ? "forge_profiles.archive" : "forge_profiles.one_file")}
        hint=${archive ? t("forge_profiles.archive_hint") : ""}
        accept=${archive ? ".tar,.tar.gz,.tgz,.tar.xz,.zip" : ""}
        .value=${this.file ? [this.file] : []}
        @at-change=${(event: CustomEvent<File[]>) => this.choose(event.detail[0])}
      ></at-file>
      ${archive ? "" : this.place()}
    </at-form-dialog>`;
  }

  private place() {
    return html`
      <at-text
        required
        label=${t("forge_profiles.field.files_destination")}
        maxlength="500"
        .value=${this.path}
        error=${this.wrong("destination", this.path)}
        @at-change=${(event: CustomEvent<string>) => {
          this.path = event.detail.trim();
        }}
      ></at-text>
      <at-text
        label=${t("forge_profiles.field.files_mode")}
        hint=${t("forge_profiles.mode_hint")}
        maxlength="5"
        .value=${this.mode}
        error=${this.wrong("mode", this.mode)}
        @at-change=${(event: CustomEvent<string>) => {
          this.mode = event.detail.trim();
        }}
      ></at-text>
    `;
  }

  /** A folder that is typed already gets the file's own name. */
  private choose(file: File | undefined): void {
    this.file = file;
    if (file && this.path.endsWith("/")) this.path += file.name;
  }

  private wrong(field: string, value: string): string {
    return value.endsWith("/") ? "" : wrongWord(`files[].${field}`, value);
  }

  private async send(): Promise<void> {
    if (!this.file) return;
    const { profile, version } = this.kept;
    const place = `/profiles/${encodeURIComponent(profile.profile_id)}/overlay`;
    if (this.what === "archive") {
      await this.door.upload("PUT", place, this.file, { query: { expected: version } });
    } else {
      const query = { path: this.path, mode: this.mode || undefined, expected: version };
      await this.door.upload("PUT", `${place}/file`, this.file, { query });
    }
    toast(t("forge_profiles.uploaded"));
  }
}
