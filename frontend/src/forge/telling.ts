/** What a Forge's streams say, in whatever way they came. */

import type { EventsListener, ForgeEvent, LogListener } from "./door";
import type { ServerEvent } from "./sse";

/** Tell what happened. */
export function tellEvent({ type, data }: ServerEvent, listener: EventsListener): undefined {
  if (type === "reset") listener.reset();
  else if (type !== "begin") listener.event(JSON.parse(data) as ForgeEvent);
}

/** Tell what a job wrote; its end is the stream's. */
export function tellLog(
  { type, data, id }: ServerEvent,
  listener: LogListener,
): "over" | undefined {
  if (type === "log") listener.text(`${data}\n`, Number(id));
  else if (type === "gap") {
    const lost = JSON.parse(data) as { from: number; to: number };
    listener.gap?.(lost.from, lost.to);
  } else if (type === "end") {
    listener.end((JSON.parse(data) as { state: string }).state);
    return "over";
  }
  return undefined;
}
