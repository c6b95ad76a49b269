"""Tell which cards a gate lets in while the server is away: those that would pass now."""

from collections.abc import Iterable, Iterator
import math

from ..wire.signed_list import ListedCard
from .access import decide, right_ends
from .facts import Machine
from .roll import Roll


def listed(
    roll: Roll, machine: Machine, now: float, expires: float, latest: Iterable[int | None]
) -> Iterator[ListedCard]:
    """Give cards that may use a machine, first of those who were there `latest`.

    A right that ends before `expires` is told with its end.
    """
    members = roll.facts.members
    order = dict.fromkeys([one for one in latest if one in members]) | dict.fromkeys(members)
    for member_id in order:
        member = members[member_id]
        if not member.cards:
            continue
        decision = decide(roll, member, machine, now)
        if not decision.granted:
            continue
        ends = right_ends(roll, member, machine)
        until = math.floor(ends) if ends < expires else None
        for card in member.cards:
            yield ListedCard(card.lower(), decision.level, until)
