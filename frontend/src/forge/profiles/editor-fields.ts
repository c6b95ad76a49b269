/** The fields of the editor of profiles, section by section. */

import { html } from "lit";
import { t } from "../../i18n/text";
import type { ForgeDoor } from "../door";
import "./board-field";
import type { Board } from "./board-field";
import type { Draft } from "./draft";
import "./files-field";
import { imageFields } from "./image-fields";
import "./package-field";
import type { OwnFile, Profile } from "./profile";
import { basicFields, lineField, textField } from "./word-fields";

/** Draw them all; `tags` are offered. */
export function editorFields(draft: Draft, door: ForgeDoor, tags: string[]) {
  const { problems } = draft;
  return html`
    ${section("basics", basicFields(draft, tags))}
    ${section(
      "board",
      html`<forge-board-field
        .door=${door}
        .value=${draft.now as Board}
        .problems=${problems}
        @at-change=${(event: CustomEvent<Board>) => draft.set({ ...event.detail })}
      ></forge-board-field>`,
    )}
    ${section(
      "packages",
      html`<forge-package-field
        .door=${door}
        .value=${draft.now}
        .problems=${problems}
        @at-change=${({ detail }: CustomEvent<Profile>) =>
          draft.set({ packages: detail.packages, packages_remove: detail.packages_remove })}
      ></forge-package-field>`,
    )}
    ${section(
      "laid_over",
      html`
        <p class="muted">${t("forge_profiles.shared")}</p>
        ${lineField(draft, "overlay_dir")}
        <forge-files-field
          .value=${draft.now.files ?? []}
          .problems=${problems}
          @at-change=${(event: CustomEvent<OwnFile[]>) => draft.set({ files: event.detail })}
        ></forge-files-field>
      `,
    )}
    ${section("image", imageFields(draft))}
    ${section("texts", html`${textField(draft, "description")} ${textField(draft, "notes")}`)}
  `;
}

function section(name: string, content: unknown) {
  return html`<section class="card" aria-labelledby=${name}>
    <h2 id=${name}>${t(`forge_profiles.section.${name}`)}</h2>
    <div class="stack">${content}</div>
  </section>`;
}
