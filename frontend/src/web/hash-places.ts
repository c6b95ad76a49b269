/** Places behind the address's `#`: they need nothing of a server, wherever the page is. */

import type { Places } from "../forge/places";
import { placeOf } from "../frame/route";

/** Return the place that an address names. */
export function hashPlace(hash: string): string[] {
  const { page, rest } = placeOf(hash.replace(/^#/, ""));
  return page ? [page, ...rest] : [];
}

export const hashPlaces: Places = {
  address: (place) => `#/${place.map(encodeURIComponent).join("/")}`,
  go(place, replace = false) {
    const address = hashPlaces.address(place);
    if (!replace) {
      location.hash = address;
      return;
    }
    history.replaceState(null, "", address);
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  },
};
