"""What nobody waits for is done a few at a time, and what could not be done waits."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from custom_components.atelier.ledger.errors import LedgerError, LedgerUnavailable
from custom_components.atelier.machines.errands import LIMIT, TOGETHER, Errands


class Desk:
    """Write down which errands were done, and which fail."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.fails: dict[int, Exception] = {}
        self.side_by_side = self.most = 0

    def errand(self, number: int) -> Callable[[], Awaitable[None]]:
        """Return an errand that takes a moment."""

        async def go() -> None:
            self.side_by_side += 1
            self.most = max(self.most, self.side_by_side)
            await asyncio.sleep(0)
            self.side_by_side -= 1
            if number in self.fails:
                raise self.fails[number]
            self.done.append(number)

        return go


async def test_errands_are_done_side_by_side_in_their_order() -> None:
    desk, errands = Desk(), Errands()
    for number in range(TOGETHER + 10):
        errands.add(desk.errand(number))
    await errands.settle()
    assert desk.done == list(range(TOGETHER + 10))
    assert desk.most == TOGETHER


async def test_what_the_ledger_could_not_do_is_done_later_and_first() -> None:
    desk, errands = Desk(), Errands()
    desk.fails = {1: LedgerUnavailable("away"), 2: LedgerUnavailable("away")}
    for number in range(4):
        errands.add(desk.errand(number))
    await errands.settle()
    desk.done.clear()
    desk.fails.clear()
    errands.add(desk.errand(4))
    await errands.settle()
    assert desk.done == [1, 2, 4]


async def test_what_is_refused_or_broken_is_told_and_keeps_nobody_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk, errands = Desk(), Errands()
    desk.fails = {0: LedgerError("a rule"), 1: ZeroDivisionError()}
    for number in range(3):
        errands.add(desk.errand(number))
    await errands.settle()
    assert desk.done == [2]
    assert "a rule" in caplog.text
    assert "could not be kept" in caplog.text


async def test_a_flood_is_counted_no_further() -> None:
    desk, errands = Desk(), Errands()
    for number in range(LIMIT + 5):
        errands.add(desk.errand(number))
    assert errands.dropped == 5
    await errands.settle()
    assert len(desk.done) == LIMIT
