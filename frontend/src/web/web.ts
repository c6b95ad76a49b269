/** The Forge's own page: at its API's port in any browser, or in Home Assistant through ingress. */

import { formatFor } from "../i18n/format";
import { speak } from "../i18n/text";
import "./forge-web";

const { language } = navigator;

formatFor({
  locale: {
    language,
    number_format: "language",
    time_format: "language",
    date_format: "language",
    time_zone: "local",
  },
  config: { time_zone: "UTC" },
});
document.documentElement.lang = language;
// Without its text the page is still of use, in English.
await speak(language).catch(() => undefined);
document.querySelector("forge-web")?.toggleAttribute("ready", true);
