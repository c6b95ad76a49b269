import { attempt } from "../../elements/at-toasts";
import type { ForgeDoor } from "../door";
import { saveText } from "../save";

export const FORMATS = ["yaml", "json", "toml"] as const;
export type Format = (typeof FORMATS)[number];

interface File {
  name: string;
  text: string;
}

/** Let the browser save profiles, each as a file of its own. */
export async function exportProfiles(
  door: ForgeDoor,
  profile_ids: string[],
  format: Format,
): Promise<void> {
  await attempt(async () => {
    const body = { which: { profile_ids }, format };
    const { files } = await door.request<{ files: File[] }>("POST", "/profile-export", { body });
    for (const { name, text } of files) saveText(name, [text]);
  });
}
