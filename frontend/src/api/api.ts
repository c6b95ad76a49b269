/** The panel's commands, typed. One `Api` speaks for one workshop. */

import type { Hass } from "../hass";
import { type Failure, failure } from "./errors";
import { Following } from "./following";
import type {
  ExportList,
  Facts,
  ForgeInfo,
  LearnEvent,
  MachinesEvent,
  Me,
  MyUse,
  Settings,
  WorkshopInfo,
} from "./types";

type Fields = Record<string, unknown>;
export type Unsubscribe = () => void;

/** Tell which workshops the user has a right in. */
export async function workshops(hass: Hass): Promise<WorkshopInfo[]> {
  const answer = await hass.connection.sendMessagePromise<{ workshops: WorkshopInfo[] }>({
    type: "atelier/workshops",
  });
  return answer.workshops;
}

/** Tell administrators which Forges there are. */
export async function forges(hass: Hass): Promise<ForgeInfo[]> {
  if (!hass.user?.is_admin) return [];
  const answer = await hass.connection.sendMessagePromise<{ forges: ForgeInfo[] }>({
    type: "atelier/forges",
  });
  return answer.forges;
}

export class Api {
  constructor(
    private hass: Hass,
    readonly entryId: string,
  ) {}

  /** Perform an action, as `docs/machines.md` lists them; fields that are `undefined` stay out. */
  async act<T = unknown>(action: string, data: Fields = {}): Promise<T> {
    const given = Object.fromEntries(
      Object.entries(data).filter(([, value]) => value !== undefined),
    );
    return this.command<T>("act", { action, data: given });
  }

  /** Ask an action for one page of a list; `name` is what it calls the rows. */
  async page<R>(
    action: string,
    name: string,
    asked: Fields,
  ): Promise<{ total: number; rows: R[] }> {
    const told = await this.act<Record<string, unknown>>(action, asked);
    return { total: told.total as number, rows: told[name] as R[] };
  }

  /** Follow the machines; a stream that is cut off is taken up again by itself, with all anew. */
  machines(listen: (event: MachinesEvent) => void, fail: (error: Failure) => void): Unsubscribe {
    const message = { type: "atelier/machines/subscribe", entry_id: this.entryId };
    const following = new Following(this.hass.connection, message, listen, fail);
    return () => following.stop();
  }

  /** Hear of each card that is shown at any board, until the stream tells that it is over. */
  learnCards(listen: (event: LearnEvent) => void, fail: (error: Failure) => void): Unsubscribe {
    let over = false;
    const subscribed = this.hass.connection.subscribeMessage<LearnEvent>(
      (event) => over || listen(event),
      { type: "atelier/cards/learn", entry_id: this.entryId },
      { resubscribe: false },
    );
    subscribed.catch((error) => over || fail(failure(error)));
    return () => {
      over = true;
      // A connection that is gone has ended the subscription already.
      subscribed.then((end) => end()).catch(() => undefined);
    };
  }

  facts(): Promise<Facts> {
    return this.command("facts");
  }

  me(): Promise<Me> {
    return this.command("me");
  }

  myUses(offset: number, limit: number): Promise<{ total: number; uses: MyUse[] }> {
    return this.command("me/uses", { offset, limit });
  }

  /** Find members by at least two letters; for instructors, who see no more of them. */
  async findToInstruct(search: string): Promise<{ id: number; name: string }[]> {
    type Found = { members: { id: number; name: string }[] };
    return (await this.command<Found>("instruct/members", { search })).members;
  }

  settings(): Promise<Settings> {
    return this.command("settings");
  }

  setSettings(uses_days: number, cards_days: number): Promise<Settings> {
    return this.command("settings/set", { uses_days, cards_days });
  }

  /** Have a list made and let the browser download it. */
  async download(list: ExportList, format: "csv" | "xlsx", filters: Fields = {}): Promise<void> {
    const made = await this.command<{ path: string; name: string }>("export", {
      list,
      format,
      filters,
    });
    const signed = await this.hass.connection.sendMessagePromise<{ path: string }>({
      type: "auth/sign_path",
      path: made.path,
    });
    const link = document.createElement("a");
    link.href = signed.path;
    link.download = made.name;
    link.click();
  }

  /** Upload a reference backend's database and tell what it brings, or bring it. */
  async import(fileId: string, dryRun: boolean): Promise<Record<string, unknown>> {
    return this.command("import", { file_id: fileId, dry_run: dryRun });
  }

  /** Give Home Assistant a file to work on; return its id. */
  async upload(file: File): Promise<string> {
    const body = new FormData();
    body.append("file", file);
    const answer = await this.hass.fetchWithAuth("/api/file_upload", { method: "POST", body });
    if (!answer.ok) throw { code: answer.status === 413 ? "too_large" : "upload_failed" };
    return ((await answer.json()) as { file_id: string }).file_id;
  }

  private async command<T>(name: string, fields: Fields = {}): Promise<T> {
    try {
      return await this.hass.connection.sendMessagePromise<T>({
        type: `atelier/${name}`,
        entry_id: this.entryId,
        ...fields,
      });
    } catch (error) {
      throw failure(error);
    }
  }
}
