/** The parts of the editor in which words are typed: what a profile is called, and its texts. */

import { html } from "lit";
import "../../elements/at-area";
import "../../elements/at-text";
import "../../elements/at-words";
import { t } from "../../i18n/text";
import type { Draft } from "./draft";
import { fieldName } from "./field-words";
import { wrongWord } from "./wrong";

interface Line {
  required?: boolean;
  disabled?: boolean;
}

/** Draw names and tags; `tags` are offered. */
export function basicFields(draft: Draft, tags: string[]) {
  return html`
    <div class="two">
      ${lineField(draft, "name", { required: true })}
      ${lineField(draft, "profile_id", { required: true, disabled: draft.version > 0 })}
      ${lineField(draft, "device_id", { required: true })}
      <at-words
        label=${fieldName("tags")}
        hint=${t("forge_profiles.hint.tags")}
        .value=${draft.now.tags ?? []}
        .offers=${tags}
        .check=${(word: string) => wrongWord("tags[]", word)}
        error=${draft.wrong("tags")}
        @at-change=${(event: CustomEvent<string[]>) => draft.set({ tags: event.detail })}
      ></at-words>
    </div>
  `;
}

/** Draw a field for one line. */
export function lineField(
  draft: Draft,
  field: "name" | "profile_id" | "device_id" | "overlay_dir",
  { required = false, disabled = false }: Line = {},
) {
  return html`<at-text
    data-field=${field}
    label=${fieldName(field)}
    hint=${field === "name" ? "" : t(`forge_profiles.hint.${field}`)}
    maxlength="500"
    ?required=${required}
    ?disabled=${disabled}
    .value=${draft.now[field] ?? ""}
    error=${draft.wrong(field)}
    @at-change=${(event: CustomEvent<string>) => draft.type(field, event.detail)}
  ></at-text>`;
}

/** Draw a field for a text. */
export function textField(draft: Draft, field: "description" | "notes") {
  return html`<at-area
    label=${fieldName(field)}
    .value=${draft.now[field] ?? ""}
    error=${draft.wrong(field)}
    @at-change=${(event: CustomEvent<string>) => draft.set({ [field]: event.detail })}
  ></at-area>`;
}
