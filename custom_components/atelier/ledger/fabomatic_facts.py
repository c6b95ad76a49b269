"""What a backend's rows mean in our terms; ids in these facts are still theirs."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from ..machines.facts import (
    Access,
    Board,
    Machine,
    MachineType,
    Member,
    Permission,
    Plan,
    Role,
    UnknownCard,
)
from .errors import Invalid
from .fabomatic_file import Old, OldFile, moment, text, whole
from .rules import folded_card

_MOST: Final = 65535
_HOUR_S: Final = 3600.0
_ANONYMOUS: Final = "anonymous"
#: The card of the administrator whom their empty database begins with.
_WELL_KNOWN: Final = "12345678"


@dataclass(frozen=True, slots=True)
class Note:
    """Tell what was not brought as it was: a code, a kind, and their row's id."""

    code: str
    kind: str
    origin_id: int


@dataclass(slots=True)
class Collected:
    """Hold facts by the ids that their rows had."""

    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    types: dict[int, MachineType] = field(default_factory=dict)
    #: Type 0 stands for none.
    machines: dict[int, Machine] = field(default_factory=dict)
    permissions: dict[int, Permission] = field(default_factory=dict)
    plans: dict[int, Plan] = field(default_factory=dict)
    unknown_cards: list[UnknownCard] = field(default_factory=list)
    boards: list[Board] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """Return how many facts there are of each kind."""
        return {
            "role": len(self.roles),
            "member": len(self.members),
            "type": len(self.types),
            "machine": len(self.machines),
            "permission": len(self.permissions),
            "plan": len(self.plans),
            "unknown_card": len(self.unknown_cards),
            "board": len(self.boards),
        }

    def note(self, code: str, kind: str, origin_id: int) -> None:
        """Keep a note."""
        self.notes.append(Note(code, kind, origin_id))


def collect(file: OldFile) -> Collected:
    """Read all that is not long; a row that makes no sense is left out, with a note."""
    found = Collected()
    for row in file.rows("roles"):
        found.roles[row["role_id"]] = Role(
            name=text(row["role_name"], 128, f"Role {row['role_id']}"),
            every_machine=bool(row["authorize_all"]),
            care=bool(row["maintenance"]),
            manage=bool(row["backend_admin"]),
        )
    _collect_members(found, file.rows("users"))
    anonymous = [id_ for id_, role in found.roles.items() if role.name.casefold() == _ANONYMOUS]
    for id_ in anonymous:
        if all(member.role_id != id_ for member in found.members.values()):
            del found.roles[id_]
    for row in file.rows("machine_types"):
        found.types[row["type_id"]] = MachineType(
            name=text(row["type_name"], 128, f"Type {row['type_id']}"),
            access=Access.ANYBODY if row["access_management"] == 1 else Access.PERMITTED,
            logoff_min=whole(row["type_timeout_min"], 1440, _MOST),
            grace_min=whole(row["grace_period_min"], 2, _MOST),
        )
    _collect_machines(found, file.rows("machines"), file.used_s())
    _collect_permissions(found, file.rows("authorizations"))
    _collect_plans(found, file.rows("maintenances"))
    _collect_unknown_cards(found, file.rows("unknown_cards"))
    _collect_boards(found, file.rows("boards"))
    return found


def _collect_members(found: Collected, rows: Iterable[Old]) -> None:
    """Take over who is neither deleted nor nobody; of two spellings of a card, the first.

    Who may still come in goes before who is disabled.
    """
    taken: set[str] = set()
    for row in sorted(rows, key=lambda row: (bool(row["disabled"]), row["user_id"])):
        id_ = row["user_id"]
        card = None if row["card_UUID"] is None else str(row["card_UUID"]).strip()
        if row["deleted"] or (text(row["name"], 128).casefold() == _ANONYMOUS and not card):
            continue
        if row["role_id"] not in found.roles:
            found.note("no_role", "member", id_)
            continue
        cards: tuple[str, ...] = ()
        if card:
            try:
                cards = (folded_card(card),)
            except Invalid:
                found.note("bad_card", "member", id_)
        if taken.intersection(cards):
            found.note("card_twice", "member", id_)
            cards = ()
        if _WELL_KNOWN in cards:
            found.note("well_known_card", "member", id_)
        taken.update(cards)
        email = text(row["email"], 254) or None
        found.members[id_] = Member(
            name=text(row["name"], 128, f"Member {id_}"),
            surname=text(row["surname"], 128),
            role_id=row["role_id"],
            cards=cards,
            email=email,
            weekly_summary=bool(row["receive_weekly_summary"]) and email is not None,
            disabled=bool(row["disabled"]),
        )


def _collect_machines(found: Collected, rows: Iterable[Old], used_s: dict[int, float]) -> None:
    """Take over machines; hours that no use tells of are from earlier."""
    for row in rows:
        id_ = row["machine_id"]
        if not 0 <= id_ <= _MOST:
            found.note("bad_number", "machine", id_)
            continue
        type_id = row["machine_type_id"]
        if type_id not in found.types:
            found.note("no_type", "machine", id_)
            type_id = 0
        hours = moment(row["machine_hours"]) or 0.0
        found.machines[id_] = Machine(
            id=id_,
            name=text(row["machine_name"], 128, f"Machine {id_}"),
            type_id=type_id,
            blocked=bool(row["blocked"]),
            earlier_s=max(0.0, round(hours * _HOUR_S - used_s.get(id_, 0.0), 3)),
        )


def _collect_permissions(found: Collected, rows: Iterable[Old]) -> None:
    """Take over permissions of those who are taken over."""
    pairs: set[tuple[int, int]] = set()
    for row in rows:
        pair = (row["user_id"], row["machine_id"])
        if pair[0] in found.members and pair[1] in found.machines and pair not in pairs:
            pairs.add(pair)
            found.permissions[row["authorization_id"]] = Permission(
                member_id=pair[0], machine_id=pair[1]
            )


def _collect_plans(found: Collected, rows: Iterable[Old]) -> None:
    """Take over plans; a display shows ASCII only."""
    for row in rows:
        id_, every_h = row["maintenance_id"], moment(row["hours_between"])
        if row["machine_id"] not in found.machines or not every_h:
            found.note("bad_plan", "plan", id_)
            continue
        shown = text(row["lcd_message"], 1024)
        lcd = "".join(letter for letter in shown if " " <= letter <= "~")[:16].strip()
        if lcd != shown:
            found.note("lcd_text_cut", "plan", id_)
        found.plans[id_] = Plan(
            machine_id=row["machine_id"],
            description=text(row["description"], 1024, f"Plan {id_}"),
            every_h=every_h,
            lcd_text=lcd,
            url=text(row["instructions_url"], 2048) or None,
        )


def _collect_unknown_cards(found: Collected, rows: Iterable[Old]) -> None:
    """Count the taps of each card that is nobody's at each machine."""
    held = {card for member in found.members.values() for card in member.cards}
    taps: dict[tuple[str, int], list[float]] = {}
    for row in rows:
        at = moment(row["timestamp"])
        try:
            card = folded_card(str(row["card_UUID"]))
        except Invalid:
            continue
        if at is not None and card not in held:
            taps.setdefault((card, row["machine_id"]), []).append(at)
    found.unknown_cards = [
        UnknownCard(card=card, machine_id=machine, first=min(at), last=max(at), count=len(at))
        for (card, machine), at in taps.items()
    ]


def _collect_boards(found: Collected, rows: Iterable[Old]) -> None:
    """Take over what each board said last."""
    boards: dict[int, Board] = {}
    for row in rows:
        board = Board(
            machine_id=row["machine_id"],
            firmware=text(row["fw_version"], 128),
            address=text(row["ip_address"], 64),
            serial=text(row["serial"], 64),
            heap=whole(row["heap"], 0, 2**31 - 1),
            last_seen=moment(row["last_seen"]) or 0.0,
        )
        known = boards.get(board.machine_id)
        if known is None or known.last_seen <= board.last_seen:
            boards[board.machine_id] = board
    found.boards = list(boards.values())
