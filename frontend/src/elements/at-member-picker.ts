import { customElement } from "lit/decorators.js";
import { t } from "../i18n/text";
import { AtPicker, type Choice } from "./picker";

export interface Person extends Choice {
  id: number;
}

/** A member, found by some letters: `.find=${members(api)}`; `at-change` tells a `Person` or null. */
@customElement("at-member-picker")
export class AtMemberPicker extends AtPicker<Person> {
  protected override get none(): string {
    return t("common.nobody_found");
  }
}
