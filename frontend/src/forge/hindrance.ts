/** Why a Forge builds nothing, told before somebody asks it to. */

import { forgeFailure } from "../api/errors";
import { failureText } from "../i18n/failures";
import type { Status } from "./types";

/** Return why nothing can be built; empty where it can, and while that is not known. */
export function hindranceOf(status: Status | undefined): string {
  return status?.cannot_build ? failureText(forgeFailure(status.cannot_build)) : "";
}
