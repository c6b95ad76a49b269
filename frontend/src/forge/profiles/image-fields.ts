/** The part of the editor that says how an image is made. */

import { html } from "lit";
import "../../elements/at-checkbox";
import "../../elements/at-number";
import "../../elements/at-select";
import "../../elements/at-text";
import "../../elements/at-words";
import { t } from "../../i18n/text";
import type { Draft } from "./draft";
import { type Profile, withPart } from "./profile";
import { moves } from "./rules";
import { wrongWord } from "./wrong";

const MOST_MB = 1_048_576;

/** Draw the fields. */
export function imageFields(draft: Draft) {
  const { now } = draft;
  const { policies, build_defaults } = now;
  const set = (change: Partial<Profile>) => draft.set(change);
  const wrong = (place: string) => draft.wrong(place);
  const policy = (change: NonNullable<Profile["policies"]>) =>
    set(withPart(now, "policies", change));
  const standard = (change: NonNullable<Profile["build_defaults"]>) =>
    set(withPart(now, "build_defaults", change));
  const name = (field: string) => t(`forge_profiles.field.${field}`);
  return html`
    <div class="two">
      <at-select
        label=${name("policies_filesystem")}
        any=${t("forge_profiles.all_filesystems")}
        .value=${policies?.filesystem ?? ""}
        .options=${["squashfs", "ext4"].map((value) => ({ value, label: value }))}
        error=${wrong("policies.filesystem")}
        @at-change=${(event: CustomEvent<string>) => policy({ filesystem: event.detail || null })}
      ></at-select>
      <at-number
        label=${name("rootfs_partsize")}
        hint=${t("forge_profiles.hint.rootfs_partsize")}
        .min=${1}
        .max=${MOST_MB}
        .value=${now.rootfs_partsize ?? null}
        error=${wrong("rootfs_partsize")}
        @at-change=${(event: CustomEvent<number | null>) => set({ rootfs_partsize: event.detail })}
      ></at-number>
      <at-text
        label=${name("extra_image_name")}
        hint=${t("forge_profiles.hint.extra_image_name")}
        maxlength="64"
        .value=${now.extra_image_name ?? ""}
        error=${wrong("extra_image_name")}
        @at-change=${(event: CustomEvent<string>) => set({ extra_image_name: event.detail })}
      ></at-text>
      <at-text
        label=${name("bin_dir")}
        hint=${t("forge_profiles.hint.bin_dir")}
        maxlength="500"
        .value=${now.bin_dir ?? ""}
        error=${wrong("bin_dir")}
        @at-change=${(event: CustomEvent<string>) => set({ bin_dir: event.detail })}
      ></at-text>
    </div>
    <at-words
      label=${name("disabled_services")}
      hint=${t("forge_profiles.hint.disabled_services")}
      .value=${now.disabled_services ?? []}
      .check=${(word: string) => wrongWord("disabled_services[]", word)}
      error=${wrong("disabled_services")}
      @at-change=${(event: CustomEvent<string[]>) => set({ disabled_services: event.detail })}
    ></at-words>
    <div>
      ${checkbox("build_defaults_initramfs", build_defaults?.initramfs !== false, (on) =>
        standard({ initramfs: on ? null : false }),
      )}
      ${checkbox("add_local_key", now.add_local_key ?? false, (on) =>
        set({ add_local_key: on || null }),
      )}
      ${checkbox(
        "build_defaults_rebuild_if_cached",
        build_defaults?.rebuild_if_cached ?? false,
        (on) => standard({ rebuild_if_cached: on || null }),
      )}
      ${checkbox("build_defaults_keep_build_dir", build_defaults?.keep_build_dir ?? false, (on) =>
        standard({ keep_build_dir: on || null }),
      )}
      ${
        moves(now.openwrt_release) || policies?.allow_snapshot
          ? checkbox("policies_allow_snapshot", policies?.allow_snapshot ?? false, (on) =>
              policy({ allow_snapshot: on || null }),
            )
          : ""
      }
    </div>
  `;
}

function checkbox(field: string, value: boolean, change: (on: boolean) => void) {
  const hint = `forge_profiles.hint.${field}`;
  return html`<at-checkbox
    label=${t(`forge_profiles.field.${field}`)}
    hint=${t(hint)}
    .value=${value}
    @at-change=${(event: CustomEvent<boolean>) => change(event.detail)}
  ></at-checkbox>`;
}
