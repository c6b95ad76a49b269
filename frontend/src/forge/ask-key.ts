/** Return a name for a request that must be done once, however often it is sent. */
export function askKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}
