/** The pages there are, in the order of their tabs. To add one, add a line. */

import {
  mdiAccountGroup,
  mdiAccountSchool,
  mdiAnvil,
  mdiBadgeAccount,
  mdiCardSearch,
  mdiClipboardTextClock,
  mdiCog,
  mdiDatabaseImport,
  mdiTools,
  mdiWrenchClock,
} from "@mdi/js";
import type { Rights } from "../api/types";
import type { Tab } from "./outlet";

/** Its name is also that of its text: `/atelier/machines`, `machines.title`. */
export interface PageInfo extends Tab {
  /** Who sees it: whoever has one of these. The server decides what they are told. */
  rights: Rights[];
}

const MANAGERS: Rights[] = ["admin", "manager"];

export const PAGES: PageInfo[] = [
  {
    name: "machines",
    icon: mdiTools,
    rights: MANAGERS,
    tag: "atelier-machines",
    load: () => import("../pages/machines/machines"),
  },
  {
    name: "members",
    icon: mdiAccountGroup,
    rights: MANAGERS,
    tag: "atelier-members",
    load: () => import("../pages/members/members"),
  },
  {
    name: "uses",
    icon: mdiClipboardTextClock,
    rights: MANAGERS,
    tag: "atelier-uses",
    load: () => import("../pages/uses/uses"),
  },
  {
    name: "care",
    icon: mdiWrenchClock,
    rights: MANAGERS,
    tag: "atelier-care",
    load: () => import("../pages/care/care"),
  },
  {
    name: "unknown",
    icon: mdiCardSearch,
    rights: MANAGERS,
    tag: "atelier-unknown",
    load: () => import("../pages/unknown/unknown"),
  },
  {
    name: "settings",
    icon: mdiCog,
    rights: MANAGERS,
    tag: "atelier-settings",
    load: () => import("../pages/settings/settings"),
  },
  {
    name: "import",
    icon: mdiDatabaseImport,
    rights: ["admin"],
    tag: "atelier-import",
    load: () => import("../pages/import/import"),
  },
  {
    name: "instruct",
    icon: mdiAccountSchool,
    rights: ["instructor"],
    tag: "atelier-instruct",
    load: () => import("../pages/instruct/instruct"),
  },
  {
    name: "my",
    icon: mdiBadgeAccount,
    rights: ["member"],
    tag: "atelier-my",
    load: () => import("../pages/my/my"),
  },
];

/** The page about a Forge: not of a workshop, and for administrators. */
export const FORGE: Tab = {
  name: "forge",
  icon: mdiAnvil,
  tag: "atelier-forge-page",
  load: () => import("../pages/forge/forge"),
};

/** Return the pages that somebody sees. */
export function pagesFor(rights: readonly Rights[], pages: readonly PageInfo[] = PAGES) {
  return pages.filter((page) => page.rights.some((right) => rights.includes(right)));
}
