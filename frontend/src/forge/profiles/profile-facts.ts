/** What a profile says, drawn for its page. */

import { html, nothing } from "lit";
import "../../elements/at-chip";
import { ago, number } from "../../i18n/format";
import { t } from "../../i18n/text";
import { fieldName, valueText } from "./field-words";
import type { Kept, Profile } from "./profile";

/** Fields that have places of their own on the page. */
const ELSEWHERE = new Set([
  ...["name", "profile_id", "device_id", "openwrt_release", "target", "subtarget"],
  ...["imagebuilder_profile", "tags", "packages", "packages_remove", "files", "overlay_dir"],
  ...["description", "notes"],
]);

/** Draw for what it is, and who changed it when. */
export function head({ profile, version, by, changed_at }: Kept) {
  const told = [
    [fieldName("profile_id"), profile.profile_id],
    [fieldName("device_id"), profile.device_id],
    [fieldName("imagebuilder_profile"), profile.imagebuilder_profile],
    [fieldName("openwrt_release"), profile.openwrt_release],
    [fieldName("target"), `${profile.target}/${profile.subtarget}`],
    [
      t("forge_profiles.changed"),
      `${ago(changed_at)}${by ? `, ${by}` : ""} · ${t("forge_profiles.version", { version: number(version) })}`,
    ],
  ];
  return html`<section class="card">
    <dl>${told.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    ${
      profile.tags?.length
        ? html`<div class="chips">${profile.tags.map((tag) => html`<at-chip>${tag}</at-chip>`)}</div>`
        : nothing
    }
  </section>`;
}

/** Draw which packages come and go, beside the board's own. */
export function packages({ packages, packages_remove }: Profile) {
  const none = !packages?.length && !packages_remove?.length;
  return html`<h2>${t("forge_profiles.section.packages")}</h2>
    <section class="card">
      ${none ? html`<span class="muted">${t("forge_profiles.boards_own")}</span>` : nothing}
      <div class="chips">
        ${packages?.map((name) => html`<at-chip tone="good">+ ${name}</at-chip>`)}
        ${packages_remove?.map((name) => html`<at-chip tone="bad">− ${name}</at-chip>`)}
      </div>
    </section>`;
}

/** Draw what else was said of its images. */
export function options(profile: Profile) {
  const told = Object.entries(profile)
    .flatMap(([name, value]) =>
      value !== null && typeof value === "object" && !Array.isArray(value)
        ? Object.entries(value).map(([inner, what]) => [`${name}.${inner}`, what] as const)
        : [[name, value] as const],
    )
    .filter(([name, value]) => value !== null && value !== undefined && !ELSEWHERE.has(name));
  if (!told.length) return nothing;
  return html`<h2>${t("forge_profiles.options")}</h2>
    <section class="card">
      <dl>
        ${told.map(
          ([name, value]) => html`<div>
            <dt>${fieldName(name)}</dt>
            <dd>${name === "rootfs_partsize" ? `${number(value as number)} MB` : valueText(value)}</dd>
          </div>`,
        )}
      </dl>
    </section>`;
}

/** Draw what people wrote of it for each other. */
export function texts({ description, notes }: Profile) {
  return [
    ["description", description],
    ["notes", notes],
  ].map(([name, text]) =>
    text
      ? html`<h2>${fieldName(name ?? "")}</h2>
          <section class="card text">${text}</section>`
      : nothing,
  );
}
