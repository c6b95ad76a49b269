/** Where the Forge's pages are in the panel: `/atelier/forge/<page>/<more>?forge=<entry>`. */

import type { Places } from "../../forge/places";
import { addressOf, chosen, go } from "../../frame/route";

export const forgePlaces: Places = {
  address: (rest) => addressOf({ page: "forge", rest }, chosen("workshop"), chosen("forge")),
  go: (rest, replace) => go(forgePlaces.address(rest), replace),
};
