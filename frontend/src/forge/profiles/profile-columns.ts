import { html, nothing } from "lit";
import "../../elements/at-checkbox";
import "../../elements/at-chip";
import type { Column } from "../../elements/at-table";
import { ago, dateTime, number } from "../../i18n/format";
import { t } from "../../i18n/text";
import type { Places } from "../places";
import type { Kept } from "./profile";

export type ListedProfile = Kept & { id: string };

interface Choosing {
  places: Places;
  chosen: ReadonlySet<string>;
  choose: (id: string) => void;
}

/** Return what the list of profiles tells of each, and how one is chosen. */
export function profileColumns({ places, chosen, choose }: Choosing): Column<ListedProfile>[] {
  return [
    {
      key: "name",
      label: t("forge_profiles.profile"),
      phone: "heading",
      cell: ({ id, profile }) => html`<span class="stack">
        <a href=${places.address(["profiles", id])}>${profile.name}</a>
        <span class="muted">${id}</span>
      </span>`,
    },
    {
      key: "device",
      label: t("forge_profiles.device"),
      cell: ({ profile }) => profile.device_id,
    },
    {
      key: "release",
      label: t("forge_profiles.release"),
      cell: ({ profile }) => html`<span class="stack">
        ${profile.openwrt_release}<span class="muted">${profile.imagebuilder_profile}</span>
      </span>`,
    },
    {
      key: "tags",
      label: t("forge_profiles.tags"),
      cell: ({ profile }) =>
        profile.tags?.length
          ? html`<span class="line">${profile.tags.map((tag) => html`<at-chip>${tag}</at-chip>`)}</span>`
          : nothing,
    },
    {
      key: "changed",
      label: t("forge_profiles.changed"),
      cell: (kept) => html`<span class="stack">
        <span title=${dateTime(kept.changed_at)}>${ago(kept.changed_at)}</span>
        <span class="muted">${t("forge_profiles.version", { version: number(kept.version) })}</span>
      </span>`,
    },
    {
      key: "choose",
      label: "",
      phone: "actions",
      cell: ({ id, profile }) => html`<at-checkbox
        title=${t("forge_profiles.choose_this", { name: profile.name })}
        .value=${chosen.has(id)}
        @at-change=${() => choose(id)}
      ></at-checkbox>`,
    },
  ];
}
