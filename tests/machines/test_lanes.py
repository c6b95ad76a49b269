"""Boards are served side by side, and none at the cost of another."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
import time

import orjson
import pytest

from custom_components.atelier.machines.facts import Use
from custom_components.atelier.machines.lanes import WAITING, Lanes
from custom_components.atelier.wire.rejection import RejectionKind

from .workshop import DRILL, LASER, Workshop

CHECK = b'{"action":"checkmachine"}'


class Bus:
    """Collect what is published, and when."""

    def __init__(self) -> None:
        self.heard: defaultdict[str, list[tuple[float, bytes]]] = defaultdict(list)

    async def publish(self, topic: str, payload: bytes) -> None:
        self.heard[topic].append((time.perf_counter(), payload))


async def test_what_memory_answers_is_answered_at_once(shop: Workshop) -> None:
    bus = Bus()
    lanes = Lanes(shop.desk, bus.publish)
    assert lanes.take("machine/01", CHECK) is None
    assert orjson.loads(bus.heard["machine/01/reply"][0][1])["name"] == "LASER1"
    await lanes.close()


async def test_a_board_is_answered_in_its_order(shop: Workshop) -> None:
    bus = Bus()
    lanes = Lanes(shop.desk, bus.publish)
    for payload in (
        b'{"action":"startuse","uid":"aaaaaaa3"}',
        b'{"action":"inuse","uid":"aaaaaaa3","duration":0}',
        b'{"action":"stopuse","uid":"aaaaaaa3","duration":0}',
        CHECK,
    ):
        lanes.take("machine/1", payload)
    async with asyncio.timeout(5):
        while len(bus.heard["machine/1/reply"]) < 4:
            await asyncio.sleep(0.01)
    answers = [orjson.loads(payload) for _, payload in bus.heard["machine/1/reply"]]
    assert [one.get("message") for one in answers] == ["", "inUse", "Duration 0 seconds", None]
    await lanes.close()


async def test_nonsense_is_counted(shop: Workshop) -> None:
    bus = Bus()
    lanes = Lanes(shop.desk, bus.publish)
    rejection = lanes.take("machine/1", b'{"action":"alive"}')
    assert rejection is not None
    assert rejection.kind is RejectionKind.BAD_VALUE
    lanes.take("machine/x", CHECK)
    assert lanes.rejected == {(1, "bad_value"): 1, (None, "bad_id"): 1}
    assert not bus.heard


@pytest.mark.parametrize("payload", [CHECK, b'{"action":"startuse","uid":"aaaaaaa%d"}'])
async def test_a_flood_delays_nobody_else(payload: bytes, shop: Workshop) -> None:
    bus = Bus()
    lanes = Lanes(shop.desk, bus.publish)
    asked: list[float] = []
    rate, turns = 1000, 20
    begin = time.perf_counter()
    for turn in range(turns):
        for number in range(rate // turns):
            flood = payload.replace(b"%d", b"3" if number % 2 else b"2")
            lanes.take(f"machine/{LASER}", flood)
        asked.append(time.perf_counter())
        lanes.take(f"machine/{DRILL}", CHECK)
        await asyncio.sleep(max(0, begin + (turn + 1) / turns - time.perf_counter()))
    answered = [at for at, _ in bus.heard[f"machine/{DRILL}/reply"]]
    assert len(answered) == turns
    assert max(at - when for at, when in zip(answered, asked, strict=True)) < 1
    served = len(bus.heard[f"machine/{LASER}/reply"])
    async with asyncio.timeout(10):
        while served + lanes.dropped[LASER] < rate:
            await asyncio.sleep(0.05)
            served = len(bus.heard[f"machine/{LASER}/reply"])
    assert served >= WAITING
    await lanes.close()


async def test_a_board_that_waits_for_a_commit_delays_nobody_else(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus = Bus()
    lanes = Lanes(shop.desk, bus.publish)
    released = asyncio.Event()
    save = shop.ledger.save_uses

    async def slow(uses: Sequence[Use], *, by: str | None = None) -> list[Use]:
        await released.wait()
        return await save(uses, by=by)

    monkeypatch.setattr(shop.ledger, "save_uses", slow)
    for _ in range(2 * WAITING):
        lanes.take("machine/1", b'{"action":"startuse","uid":"aaaaaaa3"}')
    lanes.take("machine/2", CHECK)
    assert len(bus.heard["machine/2/reply"]) == 1
    assert "machine/1/reply" not in bus.heard
    assert lanes.dropped[1] == WAITING - 1
    released.set()
    async with asyncio.timeout(10):
        while len(bus.heard["machine/1/reply"]) < WAITING + 1:
            await asyncio.sleep(0.01)
    await lanes.close()
