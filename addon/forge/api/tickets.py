"""Tickets: addresses that are good for one file, once, and soon no more."""

from collections import OrderedDict
from dataclasses import dataclass
import secrets
import time
from typing import Final

from forge.errors import NotFound

#: A browser begins to download as soon as it has the address.
GOOD_FOR_S: Final = 60
_MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class Held:
    """What a ticket is for."""

    job_id: str
    name: str
    until: float


class Tickets:
    """The tickets of one door that were not used yet."""

    def __init__(self) -> None:
        """Begin with none."""
        self._held: OrderedDict[str, Held] = OrderedDict()

    def give(self, job_id: str, name: str) -> str:
        """Return a new ticket for a file; of very many, the oldest is good no more."""
        ticket = secrets.token_urlsafe(32)
        self._held[ticket] = Held(job_id, name, time.monotonic() + GOOD_FOR_S)
        while len(self._held) > _MOST:
            self._held.popitem(last=False)
        return ticket

    def take(self, ticket: str) -> Held:
        """Return what a ticket is for, which is used by that. Raise NotFound."""
        held = self._held.pop(ticket, None)
        if held is None or held.until < time.monotonic():
            raise NotFound(
                "This download was begun before, or not in time: ask for it again",
                about="download",
            )
        return held
