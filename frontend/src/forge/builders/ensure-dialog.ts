import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../../elements/at-button";
import "../../elements/at-select";
import { toast } from "../../elements/at-toasts";
import { Dialog } from "../../elements/dialog";
import { t } from "../../i18n/text";
import { askKey } from "../ask-key";
import type { ForgeDoor } from "../door";
import type { Feed } from "../feed";
import { JobWatch } from "../job-watch";
import "../jobs/progress";
import type { Places } from "../places";
import { problem, problemOf } from "../problem";
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
export class EnsureDialog extends Dialog {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) feed!: Feed;
  @property({ attribute: false }) places!: Places;
  @state() private releases: string[] = [];
  @state() private targets: Target[] = [];
  @state() private release = "";
  @state() private target = "";
  private turn = 0;
  private watch = new JobWatch(this, (job) => {
    if (job.state !== "done") return;
    toast(t("forge_builders.fetched"));
    this.close();
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
    return this.framed(
      t("forge_builders.fetch"),
      html`
        ${job ? this.going(job) : this.form()}
        ${problem(this.failed)}
      `,
      html`${this.closing(job !== undefined)} ${job ? nothing : this.action()}`,
    );
  }

  private action() {
    return html`<at-button
      slot="actions"
      kind="primary"
      ?busy=${this.busy}
      ?disabled=${!this.target}
      @click=${this.fetch}
    >
      ${t("forge_builders.fetch")}
    </at-button>`;
  }

  private form() {
    return html`
      <at-select
        label=${t("forge_builders.release")}
        .value=${this.release}
        .options=${this.releases.map((value) => ({ value, label: value }))}
        @at-change=${(event: CustomEvent<string>) => this.choose(event.detail)}
      ></at-select>
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
      ${problemOf(job)}
      <p><a href=${this.places.address(["jobs", job.id])}>${t("forge_profiles.to_job")}</a></p>
    `;
  }

  private fetch(): Promise<boolean> {
    const [target, subtarget] = this.target.split("/");
    const body = { release: this.release, target, subtarget };
    const asked = { body, idempotencyKey: askKey() };
    return this.work(async () => {
      this.watch.follow(await this.door.request<Job>("POST", "/builders/ensure", asked));
    });
  }
}
