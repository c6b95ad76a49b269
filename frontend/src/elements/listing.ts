import type { ReactiveController, ReactiveControllerHost } from "lit";
import { presence } from "../frame/presence";

export interface Wanted<F, R = unknown> {
  offset: number;
  limit: number;
  filters: F;
  sort: Sort | null;
  /** The last row of the page before: for servers that go on from a row and do not count. */
  after: R | null;
}

export interface Sort {
  key: string;
  descending: boolean;
}

interface Page<R> {
  rows: R[];
  /** How many there are; servers that do not count say whether there are `more`. */
  total?: number;
  more?: boolean;
}

interface Options<R, F> {
  load: (wanted: Wanted<F, R>) => Promise<Page<R>>;
  filters: F;
  limit?: number;
  sort?: Sort;
}

/**
 * A list that the server pages: what is wanted, what came of it, and whether it is on its way.
 *
 * An answer to what is no longer wanted is dropped.
 */
export class Listing<R, F extends object> implements ReactiveController {
  rows: R[] = [];
  /** How many there are; up to here, where the server does not count. */
  total = 0;
  counted = true;
  /** Whether there is a page after this one. */
  more = false;
  offset = 0;
  filters: F;
  sort: Sort | null;
  /** What the latest answer failed with. */
  error: unknown;
  loading = false;
  /** Whether there ever was an answer. */
  loaded = false;
  readonly limit: number;
  private load: Options<R, F>["load"];
  private latest = 0;
  /** The last row of each page that was seen, by the offset of the page after it. */
  private lasts = new Map<number, R>();

  constructor(
    private host: ReactiveControllerHost,
    options: Options<R, F>,
  ) {
    this.load = options.load;
    this.filters = options.filters;
    this.limit = options.limit ?? 50;
    this.sort = options.sort ?? null;
    host.addController(this);
  }

  hostConnected(): void {
    presence.addEventListener("back", this.back);
    void this.reload();
  }

  hostDisconnected(): void {
    presence.removeEventListener("back", this.back);
  }

  private back = (): void => void this.reload();

  /** Change some of the filters, and begin at the first page. */
  filter(change: Partial<F>): void {
    this.filters = { ...this.filters, ...change };
    this.go(0);
  }

  /** Sort by a column; again, the other way round. */
  sortBy(key: string): void {
    const descending = this.sort?.key === key && !this.sort.descending;
    this.sort = { key, descending };
    this.go(0);
  }

  go(offset: number): void {
    this.offset = Math.max(0, offset);
    void this.reload();
  }

  /** Ask again for what is shown. */
  async reload(): Promise<void> {
    const turn = ++this.latest;
    const { offset, limit, filters, sort } = this;
    this.loading = true;
    this.host.requestUpdate();
    try {
      const after = this.lasts.get(offset) ?? null;
      const page = await this.load({ offset, limit, filters, sort, after });
      if (turn !== this.latest) return;
      this.rows = page.rows;
      this.counted = page.total !== undefined;
      this.total = page.total ?? offset + page.rows.length;
      this.more = page.more ?? offset + limit < this.total;
      const last = page.rows.at(-1);
      if (last !== undefined) this.lasts.set(offset + limit, last);
      this.error = undefined;
      this.loaded = true;
    } catch (error) {
      if (turn !== this.latest) return;
      this.error = error;
    }
    this.loading = false;
    this.host.requestUpdate();
    // The last row of the last page may have been removed.
    if (this.error === undefined && this.rows.length === 0 && this.offset > 0) {
      const pages = Math.ceil(this.total / this.limit);
      if (pages > 0) this.go((pages - 1) * this.limit);
    }
  }
}
