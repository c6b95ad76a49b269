"""What a fact must be like to be kept: checked before the database is asked."""

from collections.abc import Callable, Mapping
from dataclasses import replace
import math
import re
from typing import Any, Final

from ..machines.facts import (
    Board,
    Intervention,
    Machine,
    MachineType,
    Member,
    Permission,
    Plan,
    Role,
    Trained,
    Training,
    Use,
)
from .errors import Invalid, Rule

_CARD: Final = re.compile(r"[0-9a-f]{8}")
_ASCII: Final = re.compile(r"[ -~]*")
#: Boards take minutes and their own number as 16 bits.
_MOST: Final = 65535
_LCD: Final = 16


def folded_card(card: str) -> str:
    """Return a card id as boards send it: 8 lower-case hex digits. Raise Invalid."""
    card = card.strip().lower()
    if not _CARD.fullmatch(card):
        raise Invalid(Rule.CARD, "card", "must be 8 hex digits")
    return card


def check(fact: Any) -> None:
    """Raise Invalid where a fact breaks a rule that it can be held to alone."""
    _RULES[type(fact)](fact)


def fitting(board: Board) -> Board:
    """Return what a board says of itself as it can be kept. Raise Invalid for its number."""
    _number("id", board.machine_id, 0, _MOST)
    return replace(
        board,
        firmware=board.firmware.replace("\0", "")[:128],
        address=board.address.replace("\0", "")[:64],
        serial=board.serial.replace("\0", "")[:64],
        heap=min(max(board.heap, 0), 2**31 - 1),
    )


def _text(what: str, text: str, most: int, *, least: int = 1) -> None:
    if not least <= len(text.strip()) or len(text) > most or "\0" in text:
        why = f"must be {least} to {most} characters long"
        raise Invalid(Rule.LENGTH, what, why, least=str(least), most=str(most))


def _number(what: str, value: float | None, least: float, most: float = math.inf) -> None:
    if value is not None and not (math.isfinite(value) and least <= value <= most):
        limits = {"least": f"{least:g}", "most": f"{most:g}"}
        why = "must be a number from {least} to {most}".format_map(limits)
        raise Invalid(Rule.RANGE, what, why, **limits)


def _named(fact: Role | Training | MachineType | Machine) -> None:
    _text("name", fact.name, 128)


def _member(member: Member) -> None:
    _text("name", member.name, 128)
    _text("surname", member.surname, 128, least=0)
    if member.email is not None:
        _text("email", member.email, 254)
    if member.user_id is not None:
        _text("user", member.user_id, 64)
    if len({folded_card(card) for card in member.cards}) != len(member.cards):
        raise Invalid(Rule.CARD_TWICE, "card", "is named twice")


def _training(training: Training) -> None:
    _named(training)
    _number("valid_days", training.valid_days, 1, 36500)


def _type(kind: MachineType) -> None:
    _named(kind)
    _number("logoff_min", kind.logoff_min, 0, _MOST)
    _number("grace_min", kind.grace_min, 0, _MOST)


def _machine(machine: Machine) -> None:
    _named(machine)
    _number("id", machine.id, 0, _MOST)
    _number("earlier_s", machine.earlier_s, 0)


def _permission(permission: Permission) -> None:
    if (permission.machine_id is None) == (permission.type_id is None):
        raise Invalid(Rule.ONE_TARGET, "permission", "must be for a machine or for a type")
    _number("until", permission.until, 0)


def _trained(trained: Trained) -> None:
    _number("at", trained.at, 0)
    _number("until", trained.until, 0)


def _plan(plan: Plan) -> None:
    _text("description", plan.description, 1024)
    _number("every_h", plan.every_h, math.ulp(0.0))
    if len(plan.lcd_text) > _LCD or not _ASCII.fullmatch(plan.lcd_text):
        raise Invalid(Rule.DISPLAY, "lcd_text", "must be at most 16 ASCII characters")
    if plan.url is not None:
        _text("url", plan.url, 2048)


def _use(use: Use) -> None:
    _number("start", use.start, -math.inf)
    _number("last_seen", use.last_seen, -math.inf)
    _number("end", use.end, use.start)
    if use.origin is not None:
        _text("origin", use.origin, 64)


def _intervention(intervention: Intervention) -> None:
    _number("at", intervention.at, 0)


_RULES: Final[Mapping[type[Any], Callable[[Any], None]]] = {
    Role: _named,
    Member: _member,
    Training: _training,
    MachineType: _type,
    Machine: _machine,
    Permission: _permission,
    Trained: _trained,
    Plan: _plan,
    Use: _use,
    Intervention: _intervention,
}
