/** A log as lines, grown at its end and searched. */

const ESCAPE = "\u001b";
/** Colours and movements for terminals. */
const FOR_TERMINALS = new RegExp(`${ESCAPE}(?:\\[[0-?]*[ -/]*[@-~]|[@-Z\\\\-_])`, "g");

export class LogLines {
  readonly lines: string[] = [];
  /** The longest line's characters. */
  width = 0;

  /** Add whole lines, each with its end. */
  add(text: string): void {
    const found = text.split("\n");
    if (found.at(-1) === "") found.pop();
    for (const raw of found) {
      const line = raw
        .replace(FOR_TERMINALS, "")
        .replaceAll("\t", "    ")
        .replace(/\p{Cc}/gu, "");
      this.lines.push(line);
      this.width = Math.max(this.width, line.length);
    }
  }

  /** Return the numbers of the lines that hold some words, whatever their case. */
  search(words: string, from = 0): number[] {
    const wanted = words.toLowerCase();
    const found: number[] = [];
    if (!wanted) return found;
    for (let at = from; at < this.lines.length; at += 1) {
      if (this.lines[at]?.toLowerCase().includes(wanted)) found.push(at);
    }
    return found;
  }
}

/** Cut a line where it holds some words: every second part is one of them. */
export function parts(line: string, words: string): string[] {
  if (!words) return [line];
  const found: string[] = [];
  const [low, wanted] = [line.toLowerCase(), words.toLowerCase()];
  // A letter whose small form is longer would shift all that follows it.
  if (low.length !== line.length) return [line];
  let at = 0;
  for (let hit = low.indexOf(wanted); hit >= 0; hit = low.indexOf(wanted, at)) {
    found.push(line.slice(at, hit), line.slice(hit, hit + wanted.length));
    at = hit + wanted.length;
  }
  found.push(line.slice(at));
  return found;
}
