"""What boards say, as they spell it, and in which order.

`MIX` is a short visit: a tap by somebody who may not, one by somebody who may, a use that
is told of twice, and the questions that a board asks every 30 seconds meanwhile. Of its
nine queries two wait for a commit; of those of a real hour, which has 240 of the others,
less than one in a hundred does.
"""

from collections.abc import Callable
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rig.bench.machines.seeding import Cards

ASKING: Final = ("checkmachine",)
TAPPING: Final = ("checkuser",)
LASTING: Final = ("inuse",)
VISITING: Final = ("startuse", "stopuse")
UNKNOWN: Final = ("unknown",)
MIX: Final = (
    *("checkmachine", "refused", "checkuser", "startuse", "checkmachine"),
    *("inuse", "checkmachine", "inuse", "stopuse"),
)


class Speech:
    """One board's words, and the use that they are about."""

    def __init__(self, number: int, cards: Cards, *, stride: int) -> None:
        """Speak for a board; each visit is another member's, `stride` further on."""
        self._cards = cards
        self._stride = stride
        self._next = number
        self._card = ""
        self._since: float | None = None
        self._says: dict[str, Callable[[], str]] = {
            "checkmachine": lambda: '{"action":"checkmachine"}',
            "checkuser": lambda: _with_card("checkuser", self._cards.allowed(self._next)),
            "refused": lambda: _with_card("checkuser", self._cards.refused(self._next)),
            "unknown": lambda: _with_card("checkuser", f"f{self._visit() % 2**28:07x}"),
            "startuse": self._start,
            "inuse": lambda: self._lasting("inuse"),
            "stopuse": self._stop,
        }

    @property
    def in_use(self) -> bool:
        """Tell whether somebody is logged in."""
        return self._since is not None

    def fits(self, kind: str) -> bool:
        """Tell whether a board would say this now."""
        return self.in_use if kind in {"inuse", "stopuse"} else True

    def say(self, kind: str) -> bytes:
        """Return a message of a kind."""
        return self._says[kind]().encode()

    def _visit(self) -> int:
        number = self._next
        self._next += self._stride
        return number

    def _start(self) -> str:
        self._card = self._cards.allowed(self._visit())
        self._since = time.monotonic()
        return f'{{"action":"startuse", "uid":"{self._card}"}}'

    def _stop(self) -> str:
        said = self._lasting("stopuse")
        self._since = None
        return said

    def _lasting(self, action: str) -> str:
        duration = 0 if self._since is None else int(time.monotonic() - self._since)
        return f'{{"action":"{action}", "uid":"{self._card}","duration":{duration}}}'


def alive(number: int) -> bytes:
    """Return what a board says of itself when it connects."""
    return (
        f'{{"action":"alive","version":"hardware-rev0-it_IT,1.0.1","ip":"10.0.{number >> 8}.'
        f'{number & 255}","serial":"{number:012x}","heap":"212345"}}'
    ).encode()


def _with_card(action: str, card: str) -> str:
    return f'{{"action":"{action}","uid":"{card}"}}'
