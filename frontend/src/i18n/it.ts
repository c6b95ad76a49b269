/** Italian, loaded only where it is spoken. */

import { gathered } from "./text";

type Files = Parameters<typeof gathered>[0];

export const text = gathered(import.meta.glob("./it/*.json", { eager: true }) as Files);
