"""Who may ask the panel's commands for what: the one table, and who somebody is in a workshop.

What an instructor or somebody who manages may do with one action is decided in `acting`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..machines.facts import Member
from ..machines.instructing import instructs
from ..machines.roll import Roll


class Right(StrEnum):
    """Name what a user of Home Assistant is in a workshop."""

    #: Is an administrator of Home Assistant.
    ADMIN = "admin"
    #: Manages members and machines by their role.
    MANAGER = "manager"
    #: Instructs something, and their own training counts.
    INSTRUCTOR = "instructor"
    #: Is linked to a member who is not disabled.
    MEMBER = "member"


_MANAGES: Final = frozenset({Right.ADMIN, Right.MANAGER})
_INSTRUCTS: Final = _MANAGES | {Right.INSTRUCTOR}

#: Who may send a command: those who have one of these rights in the workshop that it names.
MAY: Final[Mapping[str, frozenset[Right]]] = {
    "atelier/act": _INSTRUCTS,
    "atelier/machines/subscribe": _MANAGES,
    "atelier/cards/learn": _MANAGES,
    "atelier/facts": _INSTRUCTS,
    "atelier/me": frozenset({Right.MEMBER}),
    "atelier/me/uses": frozenset({Right.MEMBER}),
    "atelier/instruct/members": _INSTRUCTS,
    "atelier/export": _MANAGES,
    "atelier/import": frozenset({Right.ADMIN}),
    "atelier/settings": frozenset({Right.ADMIN}),
    "atelier/settings/set": frozenset({Right.ADMIN}),
}


@dataclass(frozen=True, slots=True)
class Asker:
    """Tell who a user of Home Assistant is in a workshop, now."""

    user_id: str
    rights: frozenset[Right]
    #: The member they are linked to, unless disabled.
    member: Member | None

    def may(self, command: str) -> bool:
        """Tell whether they may send a command."""
        return not MAY[command].isdisjoint(self.rights)


def asker(roll: Roll, user_id: str, *, admin: bool, now: float) -> Asker:
    """Return who a user is; `admin` tells whether they administrate Home Assistant."""
    rights = set(_MANAGES) if admin else set()
    member = roll.member_of(user_id)
    if member is None or member.disabled:
        return Asker(user_id, frozenset(rights), None)
    rights.add(Right.MEMBER)
    if roll.role_of(member).manage:
        rights.add(Right.MANAGER)
    if instructs(roll, member.id or 0, now):
        rights.add(Right.INSTRUCTOR)
    return Asker(user_id, frozenset(rights), member)
