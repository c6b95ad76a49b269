import { mdiArrowLeft, mdiContentSave, mdiPackageVariantClosedCheck } from "@mdi/js";
import { html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { failure } from "../../api/errors";
import "../../elements/at-area";
import "../../elements/at-button";
import { confirmed } from "../../elements/at-confirm";
import "../../elements/at-text";
import { toast } from "../../elements/at-toasts";
import "../../elements/at-words";
import { type AtField, validateAll } from "../../elements/field";
import { Loading } from "../../frame/loading";
import { failureText } from "../../i18n/failures";
import { t } from "../../i18n/text";
import { ForgePage } from "../forge-page";
import "./board-field";
import type { Board } from "./board-field";
import { editorStyle } from "./editor-style";
import { fieldName } from "./field-words";
import "./files-field";
import { imageFields } from "./image-fields";
import "./package-check";
import type { PackageCheck } from "./package-check";
import "./package-field";
import {
  differing,
  documentOf,
  type Kept,
  NEW,
  type OwnFile,
  type Profile,
  problemsOf,
  rebased,
  refusedFields,
  same,
  suggestedId,
} from "./profile";
import { wrongWith } from "./rules";
import { wrongText } from "./wrong";

/** Makes a profile, or changes one: checked while it is typed, by the server's own rules. */
@customElement("forge-profile-editor")
export class ProfileEditor extends ForgePage {
  /** Which one is changed; none to make a new one. */
  @property({ attribute: false }) profileId?: string;
  @state() private draft: Profile = NEW;
  @state() private touched = new Set<string>();
  @state() private tried = false;
  @state() private refused: Record<string, string> = {};
  @state() private failed = "";
  @state() private busy = false;
  @state() private tags: string[] = [];
  @query("forge-package-check") private check?: PackageCheck;
  private kept: Profile = NEW;
  private version = 0;
  private ownId = false;
  private loading = new Loading<true>(this, async () => {
    if (this.profileId && !this.version) this.begin(await this.read());
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
    if (!same(this.draft, this.kept)) event.preventDefault();
  };

  private get path(): string {
    return `/profiles/${encodeURIComponent(this.profileId ?? "")}`;
  }

  private read(): Promise<Kept> {
    return this.door.request<Kept>("GET", this.path);
  }

  private begin({ profile, version }: Kept): void {
    this.kept = documentOf(profile);
    this.draft = this.kept;
    this.version = version;
  }

  protected override render() {
    const heading = this.profileId
      ? t("forge_profiles.edit_this", { name: this.kept.name })
      : t("forge_profiles.add");
    return html`
      <div class="bar">
        <at-button kind="quiet" .icon=${mdiArrowLeft} label=${t("common.back")} @click=${this.leave}></at-button>
        <h1 class="grow">${heading}</h1>
      </div>
      ${this.loading.render(() => this.form())}
    `;
  }

  private form() {
    const problems = this.problems();
    return html`<form novalidate @submit=${(event: Event) => event.preventDefault()}>
      ${this.section("basics", this.basics())}
      ${this.section(
        "board",
        html`<forge-board-field
          .door=${this.door}
          .value=${this.draft as Board}
          .problems=${problems}
          @at-change=${(event: CustomEvent<Board>) => this.set({ ...event.detail })}
        ></forge-board-field>`,
      )}
      ${this.section(
        "packages",
        html`<forge-package-field
          .door=${this.door}
          .value=${this.draft}
          .problems=${problems}
          @at-change=${(event: CustomEvent<Profile>) =>
            this.set({
              packages: event.detail.packages,
              packages_remove: event.detail.packages_remove,
            })}
        ></forge-package-field>`,
      )}
      ${this.section("laid_over", this.laidOver(problems))}
      ${this.section(
        "image",
        imageFields({
          draft: this.draft,
          set: (change) => this.set(change),
          wrong: (place) => this.wrong(place),
        }),
      )}
      ${this.section("texts", html`${this.area("description")} ${this.area("notes")}`)}
      ${this.end()}
    </form>`;
  }

  private section(name: string, content: unknown) {
    return html`<section class="card" aria-labelledby=${name}>
      <h2 id=${name}>${t(`forge_profiles.section.${name}`)}</h2>
      <div class="stack">${content}</div>
    </section>`;
  }

  private basics() {
    return html`
      <div class="two">
        ${this.text("name", true)}
        ${this.text("profile_id", true, this.profileId !== undefined)}
        ${this.text("device_id", true)}
        <at-words
          label=${fieldName("tags")}
          hint=${t("forge_profiles.hint.tags")}
          .value=${this.draft.tags ?? []}
          .offers=${this.tags}
          .check=${(word: string) => {
            const bad = wrongWith("tags[]", word);
            return bad ? wrongText(bad) : "";
          }}
          error=${this.wrong("tags")}
          @at-change=${(event: CustomEvent<string[]>) => this.set({ tags: event.detail })}
        ></at-words>
      </div>
    `;
  }

  private laidOver(problems: Record<string, string>) {
    return html`
      <p class="muted">${t("forge_profiles.shared")}</p>
      ${this.text("overlay_dir")}
      <forge-files-field
        .value=${this.draft.files ?? []}
        .problems=${problems}
        @at-change=${(event: CustomEvent<OwnFile[]>) => this.set({ files: event.detail })}
      ></forge-files-field>
    `;
  }

  private text(
    field: "name" | "profile_id" | "device_id" | "overlay_dir",
    required = false,
    fixed = false,
  ) {
    const hint = field === "name" ? "" : t(`forge_profiles.hint.${field}`);
    return html`<at-text
      data-field=${field}
      label=${fieldName(field)}
      hint=${hint}
      maxlength="500"
      ?required=${required}
      ?disabled=${fixed}
      .value=${this.draft[field] ?? ""}
      error=${this.wrong(field)}
      @at-change=${(event: CustomEvent<string>) => this.typed(field, event.detail)}
    ></at-text>`;
  }

  private area(field: "description" | "notes") {
    return html`<at-area
      label=${fieldName(field)}
      .value=${this.draft[field] ?? ""}
      error=${this.wrong(field)}
      @at-change=${(event: CustomEvent<string>) => this.set({ [field]: event.detail })}
    ></at-area>`;
  }

  private end() {
    const changed = this.profileId ? differing(this.draft, this.kept) : [];
    return html`
      <forge-package-check
        .door=${this.door}
        .feed=${this.feed}
        .places=${this.places}
        .about=${{ profile: this.nameless() }}
        @at-checked=${this.showCheck}
      ></forge-package-check>
      ${this.failed ? html`<p class="failed" role="alert">${this.failed}</p>` : nothing}
      <div class="end">
        <span class="muted">
          ${changed.length ? t("forge_profiles.changes", { fields: changed.map(fieldName).join(", ") }) : nothing}
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

  /** What is wrong, by place: once a field was typed into, or all was tried to be saved. */
  private problems(): Record<string, string> {
    const found = Object.entries(problemsOf(this.draft))
      .filter(([place]) => this.tried || this.touched.has(place.replace(/[.[].*$/, "")))
      .map(([place, wrong]) => [place, wrongText(wrong)] as const);
    return { ...this.refused, ...Object.fromEntries(found) };
  }

  private wrong(place: string): string {
    const all = this.problems();
    const inner = Object.keys(all).find((one) => one === place || one.startsWith(`${place}[`));
    return inner ? (all[inner] ?? "") : "";
  }

  private typed(field: keyof Profile, value: string): void {
    if (field === "profile_id") this.ownId = true;
    const id = field === "name" && !this.profileId && !this.ownId ? suggestedId(value) : undefined;
    this.set({ [field]: value, ...(id === undefined ? {} : { profile_id: id }) });
  }

  private set(change: Partial<Profile>): void {
    this.draft = { ...this.draft, ...change };
    const names = Object.keys(change);
    this.touched = new Set([...this.touched, ...names]);
    // What the server refused may be fine now.
    this.refused = Object.fromEntries(
      Object.entries(this.refused).filter(
        ([place]) => !names.includes(place.replace(/[.[].*$/, "")),
      ),
    );
  }

  /** Tell all that is wrong; return whether nothing is. */
  private fine(): boolean {
    this.tried = true;
    const typed = validateAll(this.renderRoot);
    if (!Object.keys(problemsOf(this.draft)).length && typed) return true;
    this.failed = t("forge_profiles.not_fine");
    void this.showFirst();
    return false;
  }

  /** What is typed, with names where it has none yet: packages do not depend on them. */
  private nameless(): Profile {
    const { name, profile_id, device_id } = this.draft;
    return documentOf({
      ...this.draft,
      name: name || "draft",
      profile_id: profile_id || "draft",
      device_id: device_id || "draft",
    });
  }

  private checkPackages = (): void => {
    this.failed = "";
    if (Object.keys(problemsOf(this.nameless())).length) this.fine();
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
      const body = documentOf(this.draft);
      const kept = this.profileId
        ? await this.door.request<Kept>("PUT", this.path, {
            query: { expected: this.version },
            body,
          })
        : await this.door.request<Kept>("POST", "/profiles", { body });
      this.kept = this.draft;
      toast(t("common.saved"));
      this.places.go(["profiles", kept.profile.profile_id], true);
    } catch (error) {
      await this.notSaved(error);
    }
    this.busy = false;
  };

  private async notSaved(error: unknown): Promise<void> {
    const refusal = failure(error);
    this.refused = refusedFields(refusal);
    if (refusal.code === "conflict.profile") {
      this.refused = { profile_id: t("forge_profiles.taken_id") };
    }
    this.failed = Object.keys(this.refused).length
      ? t("forge_profiles.not_fine")
      : failureText(refusal);
    if (refusal.code === "conflict.version") await this.takeTheirs().catch(() => undefined);
    await this.showFirst();
  }

  /** Take over what somebody else changed meanwhile, keep what was typed here, and say so. */
  private async takeTheirs(): Promise<void> {
    const kept = await this.read();
    const now = documentOf(kept.profile);
    const theirs = differing(now, this.kept).map(fieldName);
    this.draft = rebased(this.draft, this.kept, now);
    this.kept = now;
    this.version = kept.version;
    this.failed = t("forge_profiles.conflict", { fields: theirs.join(", ") });
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
    const unsaved = !same(this.draft, this.kept) && Object.keys(documentOf(this.draft)).length > 1;
    const sure =
      !unsaved ||
      (await confirmed(this, {
        heading: t("forge_profiles.leave_heading"),
        text: t("forge_profiles.leave_text"),
        action: t("forge_profiles.leave"),
        danger: true,
      }));
    if (!sure) return;
    this.kept = this.draft;
    this.goTo("profiles", ...(this.profileId ? [this.profileId] : []));
  };
}
