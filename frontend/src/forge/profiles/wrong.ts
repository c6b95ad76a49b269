import { number } from "../../i18n/format";
import { t } from "../../i18n/text";
import { type Wrong, wrongWith } from "./rules";

/** Say what is wrong with a value, in words. */
export function wrongText({ why, shape, figures = {} }: Wrong): string {
  if (why === "required") return t("common.required");
  if (why === "shape") return t(`forge_profiles.shape.${shape}`);
  const told = Object.entries(figures).map(([name, figure]) => [name, number(figure)]);
  return t(why === "between" ? "common.between" : `forge_profiles.wrong.${why}`, {
    ...Object.fromEntries(told),
  });
}

/** Say what is wrong with a value by a rule's name; "", if nothing is. */
export function wrongWord(rule: string, value: unknown): string {
  const wrong = wrongWith(rule, value);
  return wrong ? wrongText(wrong) : "";
}
