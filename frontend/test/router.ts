import type { Profile } from "../src/forge/profiles/profile";

/** A profile with what it cannot do without, and no more. */
export const ROUTER: Profile = {
  profile_id: "attic",
  name: "Attic",
  device_id: "attic-router",
  openwrt_release: "24.10.4",
  target: "mediatek",
  subtarget: "filogic",
  imagebuilder_profile: "bananapi_bpi-r3",
};
