/** How the Forge's pages reach a Forge: each place that they are shown in has a door of its own. */

export type Unsubscribe = () => void;

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export type QueryValue = string | number | boolean | undefined;

export interface Asked {
  /** What is `undefined` stays out; lists are said once for each of theirs. */
  query?: Record<string, QueryValue | readonly (string | number)[]>;
  /** Sent as JSON. */
  body?: unknown;
  /** Names the request: sent again under the same name, it does nothing new. */
  idempotencyKey?: string;
}

/** Something that happened in the Forge, as `GET /events` tells it. */
export interface ForgeEvent {
  id: number;
  at: string;
  type: string;
  job_id: string | null;
  data: Record<string, unknown>;
}

interface LineListener {
  /** The line is up or down; while it is down it is tried again by itself, without end. */
  line?(up: boolean): void;
  /** It is refused for good: as a Failure. Nothing comes any more. */
  refused?(error: unknown): void;
}

export interface EventsListener extends LineListener {
  event(event: ForgeEvent): void;
  /** What happened meanwhile is not known: what is shown has to be asked for anew. */
  reset(): void;
}

export interface LogListener extends LineListener {
  /** What was written: whole lines, each with its end; `next` is the offset to go on from. */
  text(text: string, next: number): void;
  /** The log's middle was dropped here, in bytes. */
  gap?(from: number, to: number): void;
  /** The job has ended in this state, and all of its log was told. */
  end(state: string): void;
}

export interface ForgeDoor {
  /** Ask the API: `request("GET", "/jobs", { query: { limit: 5 } })`. Fails with a Failure. */
  request<T = unknown>(method: Method, path: string, asked?: Asked): Promise<T>;
  /** Send a file as it is, as the request's body; the answer is JSON. Fails with a Failure. */
  upload<T = unknown>(
    method: "POST" | "PUT",
    path: string,
    file: Blob,
    asked?: Pick<Asked, "query">,
  ): Promise<T>;
  /** Let the browser download a file that a job keeps. Fails with a Failure. */
  download(jobId: string, name: string): Promise<void>;
  /** Let the browser download what a version of a profile lays over its image. */
  downloadOverlay(profileId: string, version: number): Promise<void>;
  /** Follow what happens from now on; after a break nothing of it is missing, or `reset` says so. */
  events(listener: EventsListener): Unsubscribe;
  /** Follow a job's log from an offset on: first what is there, then what is written. */
  log(jobId: string, from: number, listener: LogListener): Unsubscribe;
}
