import { html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { failure, forgeFailure } from "../../api/errors";
import "../../elements/at-button";
import "../../elements/at-dialog";
import "../../elements/at-select";
import { toast } from "../../elements/at-toasts";
import { t } from "../../i18n/text";
import { askKey } from "../ask-key";
import type { ForgeDoor } from "../door";
import type { Feed } from "../feed";
import { JobWatch } from "../job-watch";
import "../jobs/progress";
import type { Places } from "../places";
import "../problem";
import type { Job } from "../types";

interface Releases {
  stable: string | null;
  releases: string[];
}

interface Target {
  target: string;
  subtarget: string;
}

/** Fetch an Image Builder: which one, then how far it is. */
@customElement("forge-ensure-dialog")
export class EnsureDialog extends LitElement {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) feed!: Feed;
  @property({ attribute: false }) places!: Places;
  @state() private releases: string[] = [];
  @state() private targets: Target[] = [];
  @state() private release = "";
  @state() private target = "";
  @state() private failed: unknown;
  @state() private busy = false;
  private turn = 0;
  private watch = new JobWatch(this, (job) => {
    if (job.state !== "done") return;
    toast(t("forge_builders.fetched"));
    this.dispatchEvent(new CustomEvent("at-close"));
  });

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
  }

  private async look(): Promise<void> {
    this.failed = undefined;
    try {
      const { stable, releases } = await this.door.request<Releases>("GET", "/releases");
      this.releases = [...new Set([...(stable ? [stable] : []), ...releases, "SNAPSHOT"])];
      await this.choose(this.releases[0] ?? "");
    } catch (error) {
      this.failed = error;
    }
  }

  private async choose(release: string): Promise<void> {
    const turn = ++this.turn;
    this.release = release;
    this.target = "";
    this.targets = [];
    this.failed = undefined;
    try {
      const path = `/releases/${encodeURIComponent(release)}/targets`;
      const told = await this.door.request<{ targets: Target[] }>("GET", path);
      if (turn === this.turn) this.targets = told.targets;
    } catch (error) {
      if (turn === this.turn) this.failed = error;
    }
  }

  protected override render() {
    const { job } = this.watch;
    const close = () => this.dispatchEvent(new CustomEvent("at-close"));
    return html`<at-dialog heading=${t("forge_builders.fetch")} ?busy=${this.busy} @at-close=${close}>
      ${job ? this.going(job) : this.form()}
      ${this.failed === undefined ? nothing : html`<forge-problem .failure=${failure(this.failed)}></forge-problem>`}
      <at-button slot="actions" kind="quiet" ?disabled=${this.busy} @click=${close}>
        ${t(job ? "common.close" : "common.cancel")}
      </at-button>
      ${
        job
          ? nothing
          : html`<at-button
              slot="actions"
              kind="primary"
              ?busy=${this.busy}
              ?disabled=${!this.target}
              @click=${this.fetch}
            >
              ${t("forge_builders.fetch")}
            </at-button>`
      }
    </at-dialog>`;
  }

  private form() {
    return html`
      <at-select
        label=${t("forge_builders.release")}
        .value=${this.release}
        .options=${this.releases.map((value) => ({ value, label: value }))}
        @at-change=${(event: CustomEvent<string>) => this.choose(event.detail)}
      ></at-select>
      <br />
      <at-select
        required
        label=${t("forge_builders.target")}
        .value=${this.target}
        .options=${this.targets.map(({ target, subtarget }) => {
          const value = `${target}/${subtarget}`;
          return { value, label: value };
        })}
        @at-change=${(event: CustomEvent<string>) => {
          this.target = event.detail;
        }}
      ></at-select>
    `;
  }

  private going(job: Job) {
    return html`
      <p>${t("forge_builders.fetching", { name: `${this.release}/${this.target}` })}</p>
      <forge-progress .job=${job}></forge-progress>
      ${job.error ? html`<forge-problem .failure=${forgeFailure(job.error)}></forge-problem>` : nothing}
      <p><a href=${this.places.address(["jobs", job.id])}>${t("forge_profiles.to_job")}</a></p>
    `;
  }

  private fetch = async (): Promise<void> => {
    this.busy = true;
    this.failed = undefined;
    const [target, subtarget] = this.target.split("/");
    try {
      const body = { release: this.release, target, subtarget };
      const job = await this.door.request<Job>("POST", "/builders/ensure", {
        body,
        idempotencyKey: askKey(),
      });
      this.watch.follow(job);
    } catch (error) {
      this.failed = error;
    }
    this.busy = false;
  };
}
