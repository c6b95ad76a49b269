"""Show what becomes of machines once their boards are answered, and none too often."""

import asyncio
from collections.abc import Callable
from typing import Final

from .machines.news import Happening, Kind
from .machines.pace import Pace

#: A reader takes one card in two seconds, and a visit is a handful of changes. What comes
#: faster for long, from a board gone mad or from somebody who forges its messages, must not
#: fill the recorder: an entity's state costs Home Assistant more than a board's answer.
_AT_ONCE: Final = 8
_EVERY_S: Final = 2.0
#: What a flood can make happen without a limit; all else is worth telling whenever it is.
_CARDS: Final = frozenset({Kind.GRANTED, Kind.DENIED, Kind.UNKNOWN_CARD})
#: Unknown boards are paced together: forged numbers are many.
_STRANGERS: Final = -1


class Showing:
    """Call after an answer what shows its effects: each happening, and each machine's last state.

    A machine whose state changes too often is shown in its last state a little later. Of
    cards and unknown boards that are many, some are not told.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        show: Callable[[int], None],
        tell: Callable[[Happening], None],
    ) -> None:
        """Begin with nothing to show."""
        self._loop = loop
        self._show = show
        self._tell = tell
        self._states = Pace(at_once=_AT_ONCE, every_s=_EVERY_S)
        self._cards = Pace(at_once=_AT_ONCE, every_s=_EVERY_S)
        self._pending: dict[int, asyncio.Handle] = {}

    def changed(self, number: int) -> None:
        """Show a machine soon."""
        if number in self._pending:
            return
        wait = self._states.wait_s(number, self._loop.time())
        self._pending[number] = (
            self._loop.call_later(wait, self._take_turn, number)
            if wait
            else self._loop.call_soon(self._now, number)
        )

    def happened(self, happening: Happening) -> None:
        """Tell what happened soon."""
        now = self._loop.time()
        if happening.kind in _CARDS and self._cards.wait_s(happening.machine_id, now):
            return
        if happening.kind is Kind.UNKNOWN_BOARD and self._cards.wait_s(_STRANGERS, now):
            return
        self._loop.call_soon(self._tell, happening)

    def close(self) -> None:
        """Show nothing any more."""
        while self._pending:
            self._pending.popitem()[1].cancel()

    def _take_turn(self, number: int) -> None:
        del self._pending[number]
        self.changed(number)

    def _now(self, number: int) -> None:
        del self._pending[number]
        self._show(number)
