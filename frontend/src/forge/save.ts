/** Let the browser save what is at an address under a name. */
export function saveFrom(address: string, name: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}

/** Let the browser save a text under a name. */
export function saveText(name: string, pieces: string[], type = "text/plain"): void {
  const address = URL.createObjectURL(new Blob(pieces, { type: `${type};charset=utf-8` }));
  saveFrom(address, name);
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
