"""Simulated boards on a real broker, answered by the desk on a real ledger."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import time

import paho.mqtt.client as mqtt

from custom_components.atelier.machines.desk import Desk
from custom_components.atelier.machines.lanes import Lanes
from rig.broker import Broker
from rig.machine_board import MachineBoard
from rig.ports import LOOPBACK

from .workshop import LASER, UMA, VIC, Workshop

CARDS = {UMA: "aaaaaaa3", VIC: "aaaaaaa4"}


@asynccontextmanager
async def served(shop: Workshop, port: int) -> AsyncIterator[Desk]:
    """Answer boards on a broker, by the clocks of the computer."""
    desk = Desk(await shop.ledger.load(), shop.ledger, time.time, time.monotonic)
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    loop, ready = asyncio.get_running_loop(), asyncio.Event()

    async def publish(topic: str, payload: bytes) -> None:
        client.publish(topic, payload)

    lanes = Lanes(desk, publish)
    client.on_subscribe = lambda *_: loop.call_soon_threadsafe(ready.set)
    client.on_message = lambda _client, _data, message: loop.call_soon_threadsafe(
        lanes.take, message.topic, message.payload
    )
    client.connect(LOOPBACK, port)
    client.loop_start()
    client.subscribe("machine/+", qos=1)
    await asyncio.wait_for(ready.wait(), 5)
    try:
        yield desk
    finally:
        client.disconnect()
        client.loop_stop()
        await lanes.close()
        await desk.close()


async def test_a_day_at_a_machine(shop: Workshop) -> None:
    async with Broker() as broker, served(shop, broker.port) as desk:
        async with MachineBoard(broker.port, "01", reply_timeout_s=1) as board:
            assert board.policy.name == "LASER1"
            assert not await board.tap(CARDS[VIC])
            assert not await board.tap("deadbeef")
            assert await board.tap(CARDS[UMA])
            assert desk.facts.open_uses[LASER].member_id == UMA
            await asyncio.sleep(1.1)
            await board.refresh()
            await board.tap(CARDS[UMA])
            assert not desk.facts.open_uses
            assert board.counts.timeouts == 0
            assert not board.link.unasked
        assert desk.facts.used_s[LASER] >= 1


async def test_what_happens_while_nobody_answers_is_counted_once(shop: Workshop) -> None:
    async with Broker() as broker:
        # Not switched on: what it does in its own rhythm is done here step by step.
        board = MachineBoard(broker.port, reply_timeout_s=0.5, speed=1000)
        async with served(shop, broker.port):
            assert await board.connect()
            assert await board.tap(CARDS[UMA])
        await board.tap(CARDS[UMA])
        assert board.memory.waiting
        async with served(shop, broker.port) as desk:
            async with asyncio.timeout(10):
                while board.memory.waiting:
                    await asyncio.sleep(0.05)
                    await board.refresh()
            assert not desk.facts.open_uses
        await board.power_cut()
        uses = (await shop.ledger.load()).recent[LASER]
        assert [use.member_id for use in uses] == [UMA]
        assert board.counts.replayed == 1
