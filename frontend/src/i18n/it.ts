/** Italian, loaded only where it is spoken. */

import forgeFailures from "../../../custom_components/atelier/translations/it.json?forge-failures";
import { gathered } from "./text";

type Files = Parameters<typeof gathered>[0];

export const text = gathered(
  import.meta.glob("./it/*.json", { eager: true }) as Files,
  forgeFailures,
);
