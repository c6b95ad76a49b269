/** Server-sent events, read from a stream of bytes as it comes. */

export interface ServerEvent {
  type: string;
  data: string;
  /** From where to go on; none where the event has no number. */
  id?: string;
}

/** Takes text in any pieces, and returns the events that are complete. */
export class EventParser {
  private rest = "";
  private type = "";
  private data: string[] = [];
  private id?: string;

  take(text: string): ServerEvent[] {
    const found: ServerEvent[] = [];
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    for (const line of lines) {
      const event = this.line(line.endsWith("\r") ? line.slice(0, -1) : line);
      if (event) found.push(event);
    }
    return found;
  }

  private line(line: string): ServerEvent | undefined {
    if (line === "") return this.complete();
    const at = line.indexOf(":");
    const name = at < 0 ? line : line.slice(0, at);
    const value = at < 0 ? "" : line.slice(at + 1).replace(/^ /, "");
    if (name === "event") this.type = value;
    else if (name === "data") this.data.push(value);
    else if (name === "id") this.id = value;
    return undefined;
  }

  private complete(): ServerEvent | undefined {
    const event = { type: this.type || "message", data: this.data.join("\n"), id: this.id };
    const told = this.data.length > 0;
    this.type = "";
    this.data = [];
    this.id = undefined;
    return told ? event : undefined;
  }
}
