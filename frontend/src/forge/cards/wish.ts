/** What somebody wants to be written to a card, and how. */

import type { CardImage, Disk, Verification } from "./card";

export interface WriteWish {
  /** `job_id` is null for a file of the shared folder. */
  image?: Pick<CardImage, "name"> & { job_id: string | null };
  wipe: boolean;
  ejects: boolean;
  /** "" is the usual one. */
  verification: Verification | "";
}

export const NO_WISH: WriteWish = { wipe: false, ejects: false, verification: "" };

/** Return what the API is asked to plan. */
export function planBody({ path }: Pick<Disk, "path">, wish: WriteWish): object {
  const { image, wipe, ejects, verification } = wish;
  return {
    image: { name: image?.name, ...(image?.job_id ? { job_id: image.job_id } : {}) },
    device: path,
    wipe,
    eject: ejects,
    ...(verification ? { verification } : {}),
  };
}
