/** The door through Home Assistant, which keeps the Forge's token to itself. */

import { Failure, failure } from "../api/errors";
import type { Hass } from "../hass";
import type { Asked, EventsListener, ForgeDoor, LogListener, Method, Unsubscribe } from "./door";
import { written } from "./query";
import { RelayedStream } from "./relayed";
import { saveFrom } from "./save";
import type { ServerEvent } from "./sse";
import { tellEvent, tellLog } from "./telling";

export class SocketDoor implements ForgeDoor {
  /** `entryId` is that of the Forge's entry in Home Assistant. */
  constructor(
    private hass: Pick<Hass, "connection" | "fetchWithAuth">,
    readonly entryId: string,
  ) {}

  async request<T>(method: Method, path: string, asked: Asked = {}): Promise<T> {
    const given = Object.entries(asked.query ?? {}).filter(([, value]) => value !== undefined);
    try {
      const answer = await this.hass.connection.sendMessagePromise<T | null>({
        type: "atelier/forge/request",
        entry_id: this.entryId,
        method,
        path: path.replace(/^\//, ""),
        query: Object.fromEntries(given),
        ...(asked.body === undefined ? {} : { body: asked.body }),
        ...(asked.idempotencyKey ? { idempotency_key: asked.idempotencyKey } : {}),
      });
      return (answer ?? undefined) as T;
    } catch (error) {
      throw refusal(error);
    }
  }

  async upload<T>(
    method: "POST" | "PUT",
    path: string,
    file: Blob,
    asked: Pick<Asked, "query"> = {},
  ): Promise<T> {
    const answer = await this.hass.fetchWithAuth(`${this.files}${path}${written(asked.query)}`, {
      method,
      headers: { "Content-Type": "application/octet-stream" },
      body: file,
    });
    const told = (await answer.json().catch(() => undefined)) as { error?: unknown } | undefined;
    if (!answer.ok) throw refusal(told?.error ?? { code: "upload_failed" });
    return told as T;
  }

  async download(jobId: string, name: string): Promise<void> {
    const path = `jobs/${jobId}/files`;
    // A browser does not tell a page why a download fails.
    const { files } = await this.request<{ files: string[] }>("GET", `/${path}`);
    if (!files.includes(name)) throw new Failure("not_found.file", "");
    await this.save(`${path}/${encodeURIComponent(name)}`, name);
  }

  async downloadOverlay(profileId: string, version: number): Promise<void> {
    const path = `profiles/${encodeURIComponent(profileId)}/overlay`;
    await this.request("GET", `/${path}`, { query: { version } });
    await this.save(`${path}/archive?version=${version}`, `${profileId}.tar`);
  }

  private async save(path: string, name: string): Promise<void> {
    const signed = await this.hass.connection
      .sendMessagePromise<{ path: string }>({
        type: "auth/sign_path",
        path: `${this.files}/${path}`,
      })
      .catch((error) => {
        throw failure(error);
      });
    saveFrom(signed.path, name);
  }

  events(listener: EventsListener): Unsubscribe {
    const begin = { type: "atelier/forge/events" };
    let late = false;
    const line = (up: boolean) => {
      late ||= !up;
      listener.line?.(up);
    };
    const refused = (error: unknown) => listener.refused?.(error);
    return this.follow(begin, { line, refused }, (event) => {
      // Begun late: what happened until then is not known.
      if (event.type === "begin" && late) listener.reset();
      return tellEvent(event, listener);
    });
  }

  log(jobId: string, from: number, listener: LogListener): Unsubscribe {
    const begin = { type: "atelier/forge/log", job_id: jobId, after: from };
    return this.follow(begin, listener, (event) => tellLog(event, listener));
  }

  private get files(): string {
    return `/api/atelier/forge/${this.entryId}`;
  }

  private follow(
    begin: { type: string; job_id?: string; after?: number },
    listener: Pick<LogListener, "line" | "refused">,
    event: (event: ServerEvent) => "over" | undefined,
  ): Unsubscribe {
    const stream = new RelayedStream(this.hass.connection, this.entryId, begin, {
      event,
      line: (up) => listener.line?.(up),
      refused: (error) => listener.refused?.(refusal(error)),
    });
    return () => stream.stop();
  }
}

/** Return what went wrong: a Forge's own refusal is told in its own terms. */
function refusal(error: unknown): Failure {
  const told = failure(error);
  if (told.key !== "forge_refused") return told;
  const { facts } = told.placeholders as unknown as { facts?: Record<string, unknown> };
  return new Failure(told.code, told.message, undefined, {}, facts);
}
