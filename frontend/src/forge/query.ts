/** Queries of addresses. */

import type { Asked } from "./door";

/** Write a query; lists are said once for each of theirs. */
export function written(query: Asked["query"] = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined) search.append(name, String(one));
    }
  }
  const text = search.toString();
  return text && `?${text}`;
}
