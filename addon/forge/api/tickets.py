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
class JobFile:
    """A file that a job keeps."""

    job_id: str
    name: str


@dataclass(frozen=True, slots=True)
class OverlayArchive:
    """What a version of a profile lays over its image, as a tar file."""

    profile_id: str
    version: int


type Wanted = JobFile | OverlayArchive


class Tickets:
    """The tickets of one door that were not used yet."""

    def __init__(self) -> None:
        """Begin with none."""
        #: What each is for, and until when it is good.
        self._held: OrderedDict[str, tuple[Wanted, float]] = OrderedDict()

    def give(self, wanted: Wanted) -> str:
        """Return a new ticket for a file; of very many, the oldest is good no more."""
        ticket = secrets.token_urlsafe(32)
        self._held[ticket] = (wanted, time.monotonic() + GOOD_FOR_S)
        while len(self._held) > _MOST:
            self._held.popitem(last=False)
        return ticket

    def take(self, ticket: str) -> Wanted:
        """Return what a ticket is for, which is used by that. Raise NotFound."""
        wanted, until = self._held.pop(ticket, (None, 0.0))
        if wanted is None or until < time.monotonic():
            raise NotFound(
                "This download was begun before, or not in time: ask for it again",
                about="download",
            )
        return wanted
