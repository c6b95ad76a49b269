/** What the WebSocket commands of `custom_components/atelier/panel` take and return. */

export type Rights = "admin" | "manager" | "instructor" | "member";

export interface WorkshopInfo {
  entry_id: string;
  title: string;
  rights: Rights[];
  member_id: number | null;
}

/** A Forge that is set up in Home Assistant. */
export interface ForgeInfo {
  entry_id: string;
  title: string;
}

export type MachineState = "in_use" | "blocked" | "maintenance" | "offline" | "free";

export interface Plan {
  id: number;
  machine_id: number;
  description: string;
  every_h: number;
  lcd_text: string;
  url: string | null;
  version: number;
}

export interface PlanView extends Plan {
  due: boolean;
  hours_left: number;
}

export interface BoardView {
  firmware: string;
  address: string;
  serial: string;
  heap: number;
  last_seen: string | null;
}

/** A board whose number is no machine's yet. */
export interface StrangeBoard extends BoardView {
  machine_id: number;
}

export interface MachineView {
  id: number;
  name: string;
  type_id: number;
  type: string | null;
  version: number;
  blocked: boolean;
  server_down: "deny" | "signed_list";
  state: MachineState;
  online: boolean;
  last_seen: string | null;
  since: string | null;
  member_id: number | null;
  member_name: string | null;
  hours: number;
  hours_to_care: number | null;
  plans: PlanView[];
  board: BoardView | null;
  silent: boolean;
  device_id: string | null;
}

export interface MachineType {
  id: number;
  name: string;
  access: "permitted" | "anybody";
  logoff_min: number;
  grace_min: number;
  training_id: number | null;
  version: number;
}

export interface Role {
  id: number;
  name: string;
  every_machine: boolean;
  care: boolean;
  manage: boolean;
  reserved: boolean;
  version: number;
}

export interface Training {
  id: number;
  name: string;
  valid_days: number | null;
  version: number;
}

export interface Member {
  id: number;
  name: string;
  surname: string;
  role_id: number;
  role: string;
  cards: string[];
  email: string | null;
  weekly_summary: boolean;
  disabled: boolean;
  user_id: string | null;
  version: number;
}

export type HappeningKind =
  | "granted"
  | "denied"
  | "unknown_card"
  | "started"
  | "stopped"
  | "auto_logoff"
  | "intervention"
  | "unknown_board";

export interface Happening {
  kind: HappeningKind;
  machine_id: number;
  at: string;
  member_id: number | null;
  member_name: string | null;
  reason: string | null;
  ending: string | null;
  duration_s: number | null;
  replay: boolean;
}

export type MachinesEvent =
  | {
      type: "all";
      machines: MachineView[];
      types: MachineType[];
      boards: StrangeBoard[];
      /** None while the ledger is away. */
      unknown_cards: number | null;
      ledger_up: boolean;
    }
  | { type: "changed"; machines: MachineView[]; removed: number[] }
  | { type: "boards"; boards: StrangeBoard[] }
  | { type: "ledger"; ledger_up: boolean }
  | { type: "happened"; happening: Happening }
  | { type: "facts"; kinds: string[] };

export type LearnEvent =
  | {
      card: string;
      machine_id: number;
      at: string;
      member_id: number | null;
      member_name: string | null;
    }
  | { type: "over" };

export interface Facts {
  roles: Role[];
  types: MachineType[];
  trainings: Training[];
  machines: { id: number; name: string; type_id: number }[];
  /** Home Assistant's users, for administrators only. */
  users?: { id: string; name: string }[];
}

export interface Me {
  member: { id: number; name: string; surname: string; role: string; cards: number };
  machines: {
    id: number;
    name: string;
    type: string | null;
    allowed: boolean;
    reason: string | null;
    until: string | null;
  }[];
  trainings: {
    id: number;
    name: string;
    at: string;
    until: string | null;
    instructor: boolean;
    valid: boolean;
  }[];
  hours: number;
  uses: number;
}

export interface MyUse {
  id: number;
  machine_id: number;
  machine: string;
  start: string;
  end: string | null;
  hours: number;
  ending: string | null;
}

/** What a removal answers; `restore` takes it back. */
export interface Undo {
  [field: string]: unknown;
}

export interface Removed {
  undo: Undo;
}

export interface Settings {
  uses_days: number;
  cards_days: number;
  machine_prefix: string;
  ledger: "file" | "server";
}

export type ExportList = "uses" | "members" | "interventions" | "unknown_cards" | "changes";
