"""Remember what is needed of a machine's uses to understand the next message."""

from collections import deque
from collections.abc import Iterable, Sequence

from .change import Change, Message, Outcome
from .facts import Ending, Use
from .placing import KEPT, end_of


class Memory:
    """Hold a machine's uses as the ledger has them, and what its board said of late."""

    def __init__(
        self, machine_id: int, opened: Use | None, closed: Iterable[Use], heard: float
    ) -> None:
        """Take up where the ledger is; `heard` is when (steady) the board could last be heard."""
        self.machine_id = machine_id
        self._starts: deque[str] = deque(maxlen=KEPT)
        self._stops: deque[str] = deque(maxlen=KEPT)
        #: The last log-out and its length, until the next log-in.
        self._stopped: tuple[int | None, int] | None = None
        self._started = False
        self.take_over(opened, closed, heard)

    def take_over(self, opened: Use | None, closed: Iterable[Use], heard: float) -> None:
        """Hold the uses as the ledger has them."""
        self.open = opened
        self.closed: deque[Use] = deque(sorted(closed, key=end_of), maxlen=KEPT)
        self.heard = heard
        self._doubted = False
        #: How long the board has counted the open use, where it was told since memory began.
        self._counted: int | None = None
        #: The most by which the wall's clock was ahead of the steady one during the open use.
        self._ahead = float("-inf")
        last = self.closed[-1] if self.closed and opened is None else None
        if last is not None and last.ending is Ending.CARD and not self._started:
            self._stopped = (last.member_id, round(last.duration_s))

    def expect_start(self) -> None:
        """Take note of a log-in, also if it cannot be kept: the next log-out belongs to it."""
        self._stopped, self._started = None, True

    def apply(self, change: Change, kept: Sequence[Use], message: Message | None) -> None:
        """Hold what the ledger kept of a change."""
        if kept:
            self._hold(kept)
        if change.seen is not None:
            self.open = change.seen
        self._doubted |= change.doubted
        if message is None:
            return
        if change.outcome is not Outcome.STOPPED:
            if not change.doubted:
                self.heard = message.steady
                self._counted = message.duration
            if not message.exact:
                self._ahead = max(self._ahead, message.moment - message.steady)
            if change.outcome is Outcome.STARTED and message.id is not None:
                self._starts.append(message.id)
            return
        self._stopped = (message.member_id, message.duration)
        if message.id is not None:
            self._stops.append(message.id)

    def _hold(self, kept: Sequence[Use]) -> None:
        ids = {use.id for use in kept}
        closed = [use for use in self.closed if use.id not in ids]
        if self.open is not None and self.open.id in ids:
            self.open = None
        for use in kept:
            if use.end is None:
                self.open, self._ahead = use, float("-inf")
            else:
                closed.append(use)
        closed.sort(key=lambda use: (end_of(use), use.start, use.id or 0))
        self.closed = deque(closed, maxlen=KEPT)
        self._doubted = False

    def _knows_start(self, id_: str) -> bool:
        return id_ in self._starts or any(use.origin == id_ for use in self.closed)

    def _knows_stop(self, id_: str) -> bool:
        return id_ in self._stops or any(
            use.origin == id_ and use.ending is Ending.CARD for use in self.closed
        )
