"""The command by which instructors find those whom they teach: by name, and no more of them."""

import asyncio
from itertools import batched
from typing import Any, Final

from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..bounds import words
from ..ledger.kinds import folded
from ..machine_actions.request import ATTR_SEARCH
from ..machines.facts import Member
from .command import Call, Command

#: Fewer letters would list everybody bit by bit.
_LEAST: Final = 2
_MOST: Final = 20
#: Names compared in one go: boards are answered in between.
_AT_ONCE: Final = 500


async def _members(call: Call) -> dict[str, Any]:
    """Return members in whose name each word is found; addresses and cards are not looked at."""
    words = folded(call.data[ATTR_SEARCH]).split()
    found: list[tuple[str, int]] = []
    everybody = tuple(call.makerspace.desk.facts.members.values())
    for some in batched(everybody, _AT_ONCE, strict=False):
        found += [
            (f"{member.name} {member.surname}".strip(), member.id or 0)
            for member in some
            if not member.disabled and _is_meant(member, words)
        ]
        await asyncio.sleep(0)
    found.sort(key=lambda one: (folded(one[0]), one[1]))
    return {"members": [{"id": id_, "name": name} for name, id_ in found[:_MOST]]}


def _is_meant(member: Member, words: list[str]) -> bool:
    name = folded(f"{member.name} {member.surname}")
    return all(word in name for word in words)


COMMANDS: Final = (
    Command(
        name="atelier/instruct/members",
        act=_members,
        fields={
            vol.Required(ATTR_SEARCH): vol.All(cv.string, str.strip, words(128, least=_LEAST)),
        },
    ),
)
