/** The Forge's pages, in the order of their tabs. Their texts are `forge_<name>.title` and so on. */

import { mdiHammerWrench, mdiHistory, mdiProgressWrench, mdiRouterNetwork, mdiSd } from "@mdi/js";
import type { Tab } from "../frame/outlet";

export const PAGES: Tab[] = [
  {
    name: "profiles",
    icon: mdiRouterNetwork,
    tag: "forge-profiles",
    load: () => import("./profiles/profiles"),
  },
  {
    name: "builds",
    icon: mdiHistory,
    tag: "forge-builds",
    load: () => import("./builds/builds"),
  },
  {
    name: "builders",
    icon: mdiHammerWrench,
    tag: "forge-builders",
    load: () => import("./builders/builders"),
  },
  {
    name: "cards",
    icon: mdiSd,
    tag: "forge-cards",
    load: () => import("./cards/cards"),
  },
  {
    name: "jobs",
    icon: mdiProgressWrench,
    tag: "forge-jobs",
    load: () => import("./jobs/jobs"),
  },
];

/** The pages where somebody asks for builds: there it is said why none can be made. */
export const BUILDING = ["profiles", "builds", "builders"];
