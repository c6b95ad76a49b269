"""Uses last over restarts, broken connections and sudden deaths; nothing confirmed is lost."""

import asyncio
from pathlib import Path
import sqlite3

import pytest

from .shop import ANNA, Shop, talks
from .storm import Storm

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

FRESH = 77


async def test_a_tap_begins_a_use_and_another_ends_it(shop: Shop) -> None:
    """At a machine that nobody used before: a board that runs ahead is believed no further back."""
    await shop.act("add_machine_type", name="Open to all", access="anybody")
    await shop.act("add_machine", machine_id=FRESH, name="Mill", type="Open to all")
    async with shop.board(FRESH, speed=60) as board:
        await talks(board)
        await shop.shows("free", FRESH)
        assert await board.tap(ANNA)
        await shop.shows("in_use", FRESH)
        await asyncio.sleep(1)
        assert not await board.tap(ANNA)
        await shop.shows("free", FRESH)
    (use,) = await shop.uses(FRESH)
    assert use["ending"] == "card"
    assert use["hours"] >= 60 / 3600 * 0.9


async def test_a_use_lasts_over_a_restart(shop: Shop) -> None:
    uses = len(await shop.uses())
    async with shop.board() as board:
        await talks(board)
        assert await board.tap(ANNA)
        await shop.shows("in_use")
        await shop.hass.restart()
        await shop.shows("in_use")
        await talks(board)
        assert not await board.tap(ANNA)
        await talks(board)
        await shop.shows("free")
    assert len(await shop.uses()) == uses + 1


async def test_a_use_lasts_while_the_broker_is_away(shop: Shop) -> None:
    uses = len(await shop.uses())
    async with shop.board() as board:
        await talks(board)
        assert await board.tap(ANNA)
        await shop.shows("in_use")
        await shop.broker.kill()
        async with asyncio.timeout(20):
            while board.link.connected:
                await asyncio.sleep(0.05)
        assert not await board.tap(ANNA)  # nobody hears that
        assert len(board.memory.waiting) == 1
        await shop.broker.start()
        await talks(board)
        await shop.shows("free")
    assert len(uses_now := await shop.uses()) == uses + 1
    assert uses_now[0]["replay"] is False  # its start was told live
    assert uses_now[0]["ending"] == "card"
    assert shop.complaints() == []


async def test_every_confirmed_start_and_stop_outlives_a_sudden_death(
    shop: Shop, ledger: Path
) -> None:
    numbers = range(101, 109)
    for number in numbers:
        machine = {"machine_id": number, "name": f"Machine {number}", "type": "Machine"}
        await shop.act("add_machine", **machine)
    async with shop.board() as board:
        await talks(board)
        assert await board.tap(ANNA)
        async with Storm(shop.broker.port, "machine", numbers, "kill") as storm:
            await storm.confirms(600)
            await shop.hass.kill()
        with sqlite3.connect(ledger) as database:
            kept = dict(
                database.execute(
                    'SELECT origin, "end" IS NOT NULL FROM uses WHERE origin IS NOT NULL'
                )
            )
        assert len(storm.started) > 250
        assert storm.started <= kept.keys()
        assert [origin for origin in storm.stopped if not kept[origin]] == []
        # What was kept and not confirmed was under way: one message of each machine.
        assert len(kept) - len(storm.started) <= len(numbers)

        await shop.hass.start()
        await shop.shows("in_use")
        await talks(board)
        total = sum([len(await shop.uses(number)) for number in (numbers[0], numbers[-1])])
        assert total > 0
        assert not await board.tap(ANNA)
        await talks(board)
        await shop.shows("free")
    assert shop.complaints() == []
