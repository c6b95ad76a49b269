"""Slows down who guesses tokens: so many wrong ones, and an address has to wait."""

from collections import OrderedDict
import time
from typing import Final

from forge.errors import Overloaded

#: So many wrong tokens within a window, and an address has to wait for the window's end.
WRONG_TOKENS: Final = 10
WINDOW_S: Final = 60.0
_ADDRESSES: Final = 10_000


class Throttle:
    """Counts wrong tokens by address."""

    def __init__(self) -> None:
        """Begin without any."""
        self._wrong: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def check(self, address: str) -> None:
        """Raise Overloaded for an address that has to wait.

        Not even a right token is looked at then: guessing goes at this pace and no faster.
        """
        began, count = self._wrong.get(address, (0.0, 0))
        moment = time.monotonic()
        if count >= WRONG_TOKENS and moment - began < WINDOW_S:
            raise Overloaded(
                f"Too many wrong tokens from {address}: wait a minute",
                about="wrong_tokens",
                retry_after_s=int(WINDOW_S - (moment - began)) + 1,
            )

    def right(self, address: str) -> None:
        """Forget the wrong ones of an address that has the right one."""
        self._wrong.pop(address, None)

    def wrong(self, address: str) -> None:
        """Count a wrong one."""
        moment = time.monotonic()
        began, count = self._wrong.get(address, (0.0, 0))
        fresh = moment - began >= WINDOW_S
        self._wrong[address] = (moment, 1) if fresh else (began, count + 1)
        self._wrong.move_to_end(address)
        if len(self._wrong) > _ADDRESSES:
            self._wrong.popitem(last=False)
