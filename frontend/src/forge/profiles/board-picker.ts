import { customElement } from "lit/decorators.js";
import { AtPicker, type Choice } from "../../elements/picker";
import { t } from "../../i18n/text";

export interface BoardChoice extends Choice {
  id: string;
  target: string;
  subtarget: string;
}

/** A device that OpenWrt is built for, found by words of its names. */
@customElement("forge-board-picker")
export class BoardPicker extends AtPicker<BoardChoice> {
  protected override get none(): string {
    return t("forge_profiles.no_board");
  }
}
