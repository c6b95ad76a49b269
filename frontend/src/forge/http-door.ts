/** The door over HTTP: the Forge's own port, or Home Assistant's ingress. */

import { Failure, forgeFailure, type Problem } from "../api/errors";
import type { Asked, EventsListener, ForgeDoor, LogListener, Method, Unsubscribe } from "./door";
import { written } from "./query";
import { saveFrom } from "./save";
import { Streaming } from "./streaming";
import { tellEvent, tellLog } from "./telling";

/** Refusals that trying again does not change. */
const FINAL = [401, 403, 404, 422];

export class HttpDoor implements ForgeDoor {
  /** `base` is the API's address; below ingress it has more in front of it. */
  constructor(
    private base: string,
    private token?: string,
  ) {}

  async request<T>(method: Method, path: string, asked: Asked = {}): Promise<T> {
    const headers = new Headers();
    if (asked.body !== undefined) headers.set("Content-Type", "application/json");
    if (asked.idempotencyKey) headers.set("Idempotency-Key", asked.idempotencyKey);
    const body = asked.body === undefined ? undefined : JSON.stringify(asked.body);
    const answer = await this.fetch(path, asked.query, { method, headers, body });
    return (await read(answer)) as T;
  }

  async upload<T>(
    method: "POST" | "PUT",
    path: string,
    file: Blob,
    asked: Pick<Asked, "query"> = {},
  ): Promise<T> {
    const headers = new Headers({ "Content-Type": "application/octet-stream" });
    const answer = await this.fetch(path, asked.query, { method, headers, body: file });
    return (await read(answer)) as T;
  }

  download(jobId: string, name: string): Promise<void> {
    return this.save("/downloads", { job_id: jobId, name }, name);
  }

  downloadOverlay(profileId: string, version: number): Promise<void> {
    const path = `/profiles/${encodeURIComponent(profileId)}/overlay/download`;
    return this.save(path, { version }, `${profileId}.tar`);
  }

  /** Ask for a ticket: browsers download by an address, which is no place for a token. */
  private async save(path: string, body: object, name: string): Promise<void> {
    const { ticket } = await this.request<{ ticket: string }>("POST", path, { body });
    saveFrom(`${this.base}/downloads/${ticket}`, name);
  }

  events(listener: EventsListener): Unsubscribe {
    const stream = this.stream("/events", listener);
    let tries = 0;
    const streaming = new Streaming({
      ...stream,
      open: (last, signal) => {
        tries += 1;
        return stream.open(last, signal);
      },
      event: (event) => {
        // Begun late: what happened until then is not known.
        if (event.type === "begin" && tries > 1) listener.reset();
        return tellEvent(event, listener);
      },
    });
    return () => streaming.stop();
  }

  log(jobId: string, from: number, listener: LogListener): Unsubscribe {
    const path = `/jobs/${encodeURIComponent(jobId)}/log/stream`;
    const streaming = new Streaming(
      {
        ...this.stream(path, listener),
        event: (event) => tellLog(event, listener),
      },
      String(from),
    );
    return () => streaming.stop();
  }

  private stream(path: string, listener: EventsListener | LogListener) {
    return {
      open: (last: string | undefined, signal: AbortSignal) => {
        const headers = new Headers({ Accept: "text/event-stream" });
        if (last !== undefined) headers.set("Last-Event-ID", last);
        return this.fetch(path, undefined, { headers, signal, cache: "no-store" });
      },
      line: (up: boolean) => listener.line?.(up),
      refused: (error: unknown) => listener.refused?.(error),
      final: (error: unknown) => error instanceof Refused && FINAL.includes(error.status),
    };
  }

  /** Ask, and fail with what the Forge says, or with that it is away. */
  private async fetch(
    path: string,
    query: Asked["query"],
    init: RequestInit & { headers: Headers },
  ): Promise<Response> {
    if (this.token) init.headers.set("Authorization", `Bearer ${this.token}`);
    let answer: Response;
    try {
      answer = await fetch(`${this.base}${path}${written(query)}`, {
        ...init,
        credentials: "same-origin",
        redirect: "error",
      });
    } catch {
      throw new Failure("forge_away", "");
    }
    if (!answer.ok) throw await refusal(answer);
    return answer;
  }
}

/** A refusal, with HTTP's own number of it. */
class Refused extends Failure {
  constructor(
    { code, message, facts }: Failure,
    readonly status: number,
  ) {
    super(code, message, undefined, {}, facts);
  }
}

async function refusal(answer: Response): Promise<Failure> {
  try {
    const { error } = (await answer.json()) as { error: Problem };
    return new Refused(forgeFailure(error), answer.status);
  } catch {
    // Not the Forge's own answer: a proxy's, whose Forge is away.
    return new Failure("forge_away", `HTTP ${answer.status}`);
  }
}

async function read(answer: Response): Promise<unknown> {
  const text = await answer.text();
  if (text === "") return undefined;
  return answer.headers.get("Content-Type")?.startsWith("application/json")
    ? JSON.parse(text)
    : text;
}
