import { attempt } from "../../elements/at-toasts";
import type { ForgeDoor } from "../door";
import type { Places } from "../places";
import type { Build, Started } from "./build";

/** Build a profile as it is now, also where the same was built before, and show that build. */
export async function rebuild(
  door: ForgeDoor,
  places: Places,
  build: Pick<Build, "profile_id">,
): Promise<void> {
  const idempotencyKey = crypto.getRandomValues(new Uint32Array(4)).join("-");
  const started = await attempt(() =>
    door.request<Started>("POST", "/builds", {
      body: { profile_id: build.profile_id, rebuild: true },
      idempotencyKey,
    }),
  );
  if (started) places.go(["builds", started.build.id]);
}
