/** Addresses: `/atelier/<page>/<more>?workshop=<entry>&forge=<entry>`. */

export interface Place {
  page: string;
  rest: string[];
}

/** Read what Home Assistant gives as the route within the panel. */
export function placeOf(path: string): Place {
  const [page = "", ...rest] = path.split("/").filter(Boolean).map(decode);
  return { page, rest };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Return the address of a place; workshop and Forge are named where there are several. */
export function addressOf(
  place: Place,
  workshop: string | null,
  forge: string | null = null,
): string {
  const path = ["/atelier", place.page, ...place.rest.map(encodeURIComponent)].join("/");
  const named = Object.entries({ workshop, forge })
    .filter(([, entry]) => entry)
    .map(([kind, entry]) => `${kind}=${encodeURIComponent(entry ?? "")}`)
    .join("&");
  return named ? `${path}?${named}` : path;
}

/** Go to a place, as links of Home Assistant do: the back button leads back. */
export function go(address: string, replace = false): void {
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  window.dispatchEvent(new CustomEvent("location-changed", { detail: { replace } }));
}

/** Go to a page from within a page: `goTo("members", 7)`; the workshop stays. */
export function goTo(page: string, ...rest: (string | number)[]): void {
  go(addressOf({ page, rest: rest.map(String) }, chosen("workshop"), chosen("forge")));
}

/** Return the workshop, or the Forge, that the address names. */
export function chosen(kind: "workshop" | "forge"): string | null {
  return new URLSearchParams(location.search).get(kind);
}
