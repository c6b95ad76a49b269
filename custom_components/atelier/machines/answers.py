"""Make answers from memory: how a machine is set, whether a card passes, which to keep."""

from collections.abc import Iterable
from typing import Final

from ..wire.machine_replies import (
    CACHE_LIMIT,
    CachedCard,
    CacheReply,
    CardReply,
    MachineReply,
    PlainReply,
)
from .access import Decision, Level, passes_card
from .care import due
from .facts import Machine, MachineType, Member
from .roll import Roll

#: A board holds minutes in 16 bits.
_MINUTES: Final = 65_535
#: What a board is told of a machine whose type is not known.
_PLAIN_TYPE: Final = MachineType(id=0, name="")

INVALID_MACHINE: Final = PlainReply(request_ok=False, message="Invalid machine ID")
INVALID_CARD: Final = PlainReply(request_ok=False, message="Invalid card")
INVALID_DURATION: Final = PlainReply(request_ok=False, message="Invalid duration")
NOT_AUTHORIZED: Final = PlainReply(request_ok=False, message="Not authorized")
UNAVAILABLE: Final = PlainReply(request_ok=False, message="Unavailable")
UNKNOWN_CARD: Final = CardReply(is_valid=False, name="Unknown", level=Level.NOBODY)
REFUSED: Final = CardReply(
    is_valid=False, name="User not authorized", missing_auth=True, level=Level.NOBODY
)


def machine_reply(roll: Roll, machine: Machine, now: float) -> MachineReply:
    """Tell a board how its machine is set; ours hear the time too.

    A use that lasts counts for care when it has ended: nobody else could log in before.
    """
    type_ = roll.facts.types.get(machine.type_id, _PLAIN_TYPE)
    plans = due(roll, machine.id, with_open=False)
    board = roll.facts.boards.get(machine.id)
    return MachineReply(
        maintenance=bool(plans),
        allowed=not machine.blocked,
        name=machine.name,
        logoff=min(type_.logoff_min, _MINUTES),
        type=machine.type_id,
        grace=min(type_.grace_min, _MINUTES),
        description=plans[0].lcd_text if plans else "",
        at=int(now) if board is not None and board.is_gate else None,
    )


def card_reply(member: Member, passed: Decision) -> CardReply:
    """Tell a board whether a member's card passes."""
    if not passed.granted:
        return REFUSED
    return CardReply(is_valid=True, name=member.name, level=passed.level)


def cache_reply(
    roll: Roll, machine: Machine, now: float, latest: Iterable[int | None]
) -> CacheReply:
    """Name cards to let in while nobody answers: first of those who were there `latest`."""
    members = roll.facts.members
    order = dict.fromkeys([one for one in latest if one in members]) | dict.fromkeys(members)
    cards: list[CachedCard] = []
    for member_id in order:
        member = members[member_id]
        if not member.cards:
            continue
        passed = passes_card(roll, member, machine, now)
        if passed.granted:
            cards += [CachedCard(card.lower(), passed.level) for card in member.cards]
        if len(cards) >= CACHE_LIMIT:
            break
    return CacheReply(sorted(cards[:CACHE_LIMIT], key=lambda card: card.uid))
