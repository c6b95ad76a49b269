import { mdiContentSave, mdiPackageVariantClosedCheck } from "@mdi/js";
import { html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { failure } from "../../api/errors";
import "../../elements/at-button";
import { confirmed } from "../../elements/at-confirm";
import { toast } from "../../elements/at-toasts";
import { back } from "../../elements/back";
import { type AtField, validateAll } from "../../elements/field";
import { Loading } from "../../frame/loading";
import { failureText } from "../../i18n/failures";
import { t } from "../../i18n/text";
import { ForgePage } from "../forge-page";
import { Draft } from "./draft";
import { editorFields } from "./editor-fields";
import { editorStyle } from "./editor-style";
import "./package-check";
import type { PackageCheck } from "./package-check";
import { documentOf, type Kept, problemsOf } from "./profile";

/** Makes a profile, or changes one: checked while it is typed, by the server's own rules. */
@customElement("forge-profile-editor")
export class ProfileEditor extends ForgePage {
  /** Which one is changed; none to make a new one. */
  @property({ attribute: false }) profileId?: string;
  @state() private failed = "";
  @state() private busy = false;
  @state() private tags: string[] = [];
  @query("forge-package-check") private check?: PackageCheck;
  private draft = new Draft(() => this.requestUpdate());
  private loading = new Loading<true>(this, async () => {
    if (this.profileId && !this.draft.version) this.draft.begin(await this.read());
    return true;
  });

  static override styles = [ForgePage.styles, editorStyle];

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("beforeunload", this.leaving);
    type Told = { tags: { value: string }[] };
    this.door.request<Told>("GET", "/profile-facets").then(
      ({ tags }) => {
        this.tags = tags.map(({ value }) => value);
      },
      () => undefined, // they are only offered
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("beforeunload", this.leaving);
  }

  private leaving = (event: BeforeUnloadEvent): void => {
    if (this.draft.unsaved) event.preventDefault();
  };

  private get path(): string {
    return `/profiles/${encodeURIComponent(this.profileId ?? "")}`;
  }

  private read(): Promise<Kept> {
    return this.door.request<Kept>("GET", this.path);
  }

  protected override render() {
    const heading = this.profileId
      ? t("forge_profiles.edit_this", { name: this.draft.name })
      : t("forge_profiles.add");
    return html`
      <div class="bar">
        ${back(t("common.back"), this.leave)}
        <h1 class="grow">${heading}</h1>
      </div>
      ${this.loading.render(
        () => html`<form novalidate @submit=${(event: Event) => event.preventDefault()}>
          ${editorFields(this.draft, this.door, this.tags)} ${this.end()}
        </form>`,
      )}
    `;
  }

  private end() {
    const { changes } = this.draft;
    return html`
      <forge-package-check
        .door=${this.door}
        .feed=${this.feed}
        .places=${this.places}
        .about=${{ profile: this.draft.nameless }}
        @at-checked=${this.showCheck}
      ></forge-package-check>
      ${this.failed ? html`<p class="failed" role="alert">${this.failed}</p>` : nothing}
      <div class="end">
        <span class="muted">
          ${changes.length ? t("forge_profiles.changes", { fields: changes.join(", ") }) : nothing}
        </span>
        <at-button
          .icon=${mdiPackageVariantClosedCheck}
          .hindrance=${this.hindrance}
          @click=${this.checkPackages}
        >
          ${t("forge_profiles.check")}
        </at-button>
        <at-button kind="quiet" @click=${this.leave}>${t("common.cancel")}</at-button>
        <at-button kind="primary" .icon=${mdiContentSave} ?busy=${this.busy} @click=${this.save}>
          ${t("common.save")}
        </at-button>
      </div>
    `;
  }

  /** Tell all that is wrong; return whether nothing is. */
  private fine(): boolean {
    const fine = this.draft.try();
    if (validateAll(this.renderRoot) && fine) return true;
    this.failed = t("forge_profiles.not_fine");
    void this.showFirst();
    return false;
  }

  private checkPackages = (): void => {
    this.failed = "";
    if (Object.keys(problemsOf(this.draft.nameless)).length) this.fine();
    else void this.updateComplete.then(() => this.check?.begin().then(this.showCheck));
  };

  /** Lead to what the check says: it stands at the end of all fields. */
  private showCheck = async (): Promise<void> => {
    await this.check?.updateComplete;
    this.check?.scrollIntoView({ block: "center" });
  };

  private save = async (): Promise<void> => {
    this.failed = "";
    if (this.busy || !this.fine()) return;
    this.busy = true;
    try {
      const { profile } = await this.send();
      this.draft.settle();
      toast(t("common.saved"));
      this.places.go(["profiles", profile.profile_id], true);
    } catch (error) {
      await this.notSaved(error);
    }
    this.busy = false;
  };

  private send(): Promise<Kept> {
    const { now, version } = this.draft;
    const body = documentOf(now);
    return this.profileId
      ? this.door.request<Kept>("PUT", this.path, { query: { expected: version }, body })
      : this.door.request<Kept>("POST", "/profiles", { body });
  }

  private async notSaved(error: unknown): Promise<void> {
    const refusal = failure(error);
    const beside = this.draft.refuse(refusal);
    this.failed = beside ? t("forge_profiles.not_fine") : failureText(refusal);
    if (refusal.code === "conflict.version") await this.takeTheirs().catch(() => undefined);
    await this.showFirst();
  }

  /** Take over what somebody else changed meanwhile, keep what was typed here, and say so. */
  private async takeTheirs(): Promise<void> {
    const fields = this.draft.rebase(await this.read());
    this.failed = t("forge_profiles.conflict", { fields: fields.join(", ") });
  }

  /** Lead to the first field that something is wrong with. */
  private async showFirst(): Promise<void> {
    await this.updateComplete;
    const all = [...this.renderRoot.querySelectorAll<AtField<unknown>>("form *")];
    const first = all.find((element) => "error" in element && element.error);
    first?.focus();
    first?.scrollIntoView({ block: "center" });
  }

  private leave = async (): Promise<void> => {
    const sure =
      !this.draft.worthKeeping ||
      (await confirmed(this, {
        heading: t("forge_profiles.leave_heading"),
        text: t("forge_profiles.leave_text"),
        action: t("forge_profiles.leave"),
        danger: true,
      }));
    if (!sure) return;
    this.draft.settle();
    this.goTo("profiles", ...(this.profileId ? [this.profileId] : []));
  };
}
