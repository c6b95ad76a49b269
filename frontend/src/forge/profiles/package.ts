/** Packages, as the Forge's API tells of them. */

export interface Package {
  name: string;
  version: string;
  feed: string;
  description: string | null;
  size: number | null;
}

export interface Target {
  /** In every image. */
  packages: string[];
  boards: { id: string; packages: string[] }[];
}

/** Return what an image of a board holds by itself; a board may also leave some out (`-name`). */
export function brought({ packages, boards }: Target, board: string): string[] {
  const own = boards.find(({ id }) => id === board)?.packages ?? [];
  const gone = new Set(own.filter((name) => name.startsWith("-")).map((name) => name.slice(1)));
  const all = [...packages, ...own.filter((name) => !name.startsWith("-"))];
  return [...new Set(all)].filter((name) => !gone.has(name)).sort();
}
