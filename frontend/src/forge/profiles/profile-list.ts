import { mdiFileUploadOutline, mdiPlus } from "@mdi/js";
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import "../../elements/at-button";
import "../../elements/at-filters";
import { setFilters } from "../../elements/at-filters";
import "../../elements/at-search";
import "../../elements/at-select";
import "../../elements/at-table";
import { attempt } from "../../elements/at-toasts";
import { Listing } from "../../elements/listing";
import { number } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Calm } from "../calm";
import { Hearing } from "../feed";
import { ForgePage } from "../forge-page";
import "./batch-dialog";
import "./chosen-profiles";
import "./import-dialog";
import type { Kept } from "./profile";
import { type ListedProfile, profileColumns } from "./profile-columns";

interface Filters {
  search?: string;
  tag?: string;
  release?: string;
  device_id?: string;
}

interface Counted {
  value: string;
  count: number;
}

interface Facets {
  tags: Counted[];
  devices: Counted[];
  releases: Counted[];
}

/** All profiles: found by words, tags, release and device; some of them built or exported at once. */
@customElement("forge-profile-list")
export class ProfileList extends ForgePage {
  @state() private facets?: Facets;
  @state() private chosen = new Set<string>();
  @state() private open: "import" | "batch" | undefined;
  private list = new Listing<ListedProfile, Filters>(this, {
    filters: {},
    limit: 25,
    load: async ({ offset, limit, filters }) => {
      type Page = { profiles: Kept[]; total: number };
      const page = await this.door.request<Page>("GET", "/profiles", {
        query: { offset, limit, ...filters },
      });
      const rows = page.profiles.map((kept) => ({ ...kept, id: kept.profile.profile_id }));
      return { rows, total: page.total };
    },
  });
  private reload = new Calm(this, () => {
    void this.list.reload();
    void this.look();
  });

  constructor() {
    super();
    new Hearing(this, (event) => {
      if (!event || event.type.startsWith("profile.")) this.reload.call();
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
  }

  private async look(): Promise<void> {
    const found = await attempt(() => this.door.request<Facets>("GET", "/profile-facets"));
    if (found) this.facets = found;
  }

  protected override render() {
    const { list } = this;
    const { filters } = list;
    const none = list.loaded && list.total === 0 && setFilters(filters) === 0;
    return html`
      <div class="bar">
        <h1 class="grow">${t("forge_profiles.title")}</h1>
        <at-button .icon=${mdiFileUploadOutline} @click=${() => this.show("import")}>
          ${t("forge_profiles.import")}
        </at-button>
        <at-button kind="primary" .icon=${mdiPlus} @click=${() => this.goTo("profiles", "-new")}>
          ${t("forge_profiles.add")}
        </at-button>
      </div>
      <at-filters .active=${setFilters(filters, "search")}>
        <at-search
          slot="search"
          label=${t("forge_profiles.search")}
          @at-change=${(event: CustomEvent<string>) => list.filter({ search: event.detail || undefined })}
        ></at-search>
        ${this.filter("tag", this.facets?.tags)} ${this.filter("release", this.facets?.releases)}
        ${this.filter("device_id", this.facets?.devices)}
      </at-filters>
      ${
        this.chosen.size
          ? html`<forge-chosen-profiles
              .door=${this.door}
              .places=${this.places}
              .ids=${[...this.chosen]}
              .hindrance=${this.hindrance}
              @at-build=${() => this.show("batch")}
              @at-clear=${() => this.choose(...this.chosen)}
            ></forge-chosen-profiles>`
          : nothing
      }
      <at-table
        label=${t("forge_profiles.title")}
        .columns=${profileColumns({
          places: this.places,
          chosen: this.chosen,
          choose: (id) => this.choose(id),
        })}
        .listing=${list}
        .rows=${list.rows}
      >
        ${none ? html`<at-note slot="empty">${t("forge_profiles.none")}</at-note>` : nothing}
      </at-table>
      ${this.dialog()}
    `;
  }

  private filter(name: "tag" | "release" | "device_id", found: Counted[] = []) {
    const value = this.list.filters[name] ?? "";
    const known = found.some((one) => one.value === value) || !value;
    const options = known ? found : [...found, { value, count: 0 }];
    return html`<at-select
      label=${t(`forge_profiles.by_${name}`)}
      any=${t("forge_profiles.any")}
      .value=${value}
      .options=${options.map((one) => ({
        value: one.value,
        label: `${one.value} (${number(one.count)})`,
      }))}
      @at-change=${(event: CustomEvent<string>) => this.list.filter({ [name]: event.detail || undefined })}
    ></at-select>`;
  }

  /** Choose those that are not, and let go of the others. */
  private choose(...ids: string[]): void {
    const chosen = new Set(this.chosen);
    for (const id of ids) if (!chosen.delete(id)) chosen.add(id);
    this.chosen = chosen;
  }

  private show(what: "import" | "batch"): void {
    this.open = what;
  }

  private dialog() {
    const close = () => {
      this.open = undefined;
    };
    if (this.open === "import") {
      return html`<forge-import-dialog .door=${this.door} .places=${this.places} @at-close=${close}
        @at-saved=${this.reload.call}></forge-import-dialog>`;
    }
    return this.open === "batch"
      ? html`<forge-batch-dialog .door=${this.door} .places=${this.places} .ids=${[...this.chosen]}
          @at-close=${close}></forge-batch-dialog>`
      : nothing;
  }
}
