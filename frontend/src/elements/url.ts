/** Return an address that somebody typed, if it may be a link: `javascript:` and its like may not. */
export function linkable(address: string | null): string | null {
  if (!address) return null;
  const url = URL.parse(address);
  return url && (url.protocol === "https:" || url.protocol === "http:") ? url.href : null;
}
