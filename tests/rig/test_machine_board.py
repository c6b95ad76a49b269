"""The simulated machine board keeps the habits of real ones, on a real broker."""

import asyncio
from collections.abc import AsyncIterator, Callable
import json
from typing import Any

import paho.mqtt.client as mqtt
import pytest

from rig.broker import Broker
from rig.machine_board import MachineBoard
from rig.ports import LOOPBACK

MACHINE = {
    "request_ok": True,
    "is_valid": True,
    "maintenance": False,
    "allowed": True,
    "name": "LASER1",
    "logoff": 480,
    "type": 1,
    "grace": 2,
    "description": "",
}
CARD = {"request_ok": True, "is_valid": True, "name": "Uma", "missing_auth": False, "level": 1}
OK = {"request_ok": True, "message": ""}
UMA = "aaaaaaa3"

type Answer = Callable[[dict[str, Any]], Any]


class Server:
    """Answer boards as a test says, and remember what they said."""

    def __init__(self, port: int) -> None:
        self.heard: list[dict[str, Any]] = []
        self.answer: Answer = usual
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self.client.on_message = self._on_message
        self.client.connect(LOOPBACK, port)

    def _on_message(self, client: mqtt.Client, _: Any, message: mqtt.MQTTMessage) -> None:
        said = json.loads(message.payload)
        self.heard.append(said)
        answer = self.answer(said)
        if answer is not None:
            payload = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            client.publish(f"{message.topic}/reply", payload)

    def actions(self) -> list[str]:
        """Return what boards said, without `alive` and `checkmachine`."""
        return [
            one["action"] for one in self.heard if one["action"] not in {"alive", "checkmachine"}
        ]


def usual(said: dict[str, Any]) -> Any:
    """Answer as a server does at which everybody may do everything."""
    return {"checkmachine": MACHINE, "checkuser": CARD, "alive": None}.get(said["action"], OK)


@pytest.fixture
async def server() -> AsyncIterator[tuple[Server, Broker]]:
    async with Broker() as broker:
        server = Server(broker.port)
        ready = asyncio.Event()
        loop = asyncio.get_running_loop()
        server.client.on_subscribe = lambda *_: loop.call_soon_threadsafe(ready.set)
        server.client.loop_start()
        server.client.subscribe("machine/+")
        await asyncio.wait_for(ready.wait(), 5)
        yield server, broker
        server.client.disconnect()
        server.client.loop_stop()


type Parts = tuple[Server, Broker]


def no_answer(said: dict[str, Any]) -> Any:
    """Answer nothing."""
    return None


async def test_a_card_logs_in_and_out(server: Parts) -> None:
    desk, broker = server
    async with MachineBoard(broker.port, "01", speed=100) as board:
        assert board.policy.name == "LASER1"
        assert await board.tap(UMA)
        await asyncio.sleep(0.05)
        assert not await board.tap("aaaaaaa4")
        assert board.relay
        assert not await board.tap(UMA)
    assert desk.heard[0]["action"] == "alive"
    assert desk.heard[0]["heap"] == "212345"
    assert desk.actions() == ["checkuser", "startuse", "stopuse"]
    assert desk.heard[-1]["duration"] >= 5


async def test_what_nobody_answers_is_told_again_before_anything_else(server: Parts) -> None:
    desk, broker = server
    async with MachineBoard(broker.port, reply_timeout_s=0.2, speed=1000) as board:
        assert await board.tap(UMA)
        desk.answer = no_answer
        await board.tap(UMA)
        assert not board.link.connected
        assert board.counts.disconnects == 1
        desk.answer = usual
        desk.heard.clear()
        await asyncio.sleep(0.1)
        await board.refresh()
        told = [one for one in desk.heard if one["action"] == "stopuse"]
        assert [one.get("replay") for one in told] == [True]
        assert desk.heard[0] == told[0]
        assert not board.memory.waiting


async def test_a_remembered_card_is_let_in_while_the_server_is_away(server: Parts) -> None:
    desk, broker = server
    async with MachineBoard(broker.port, reply_timeout_s=0.2) as board:
        assert await board.tap(UMA)
        await board.tap(UMA)
        desk.answer = lambda said: {"request_ok": False} if said["action"] == "checkuser" else OK
        assert await board.tap(UMA)
        await board.tap(UMA)
        denied = CARD | {"is_valid": False, "level": 0}
        desk.answer = lambda said: denied if said["action"] == "checkuser" else OK
        assert not await board.tap(UMA)
        assert board.memory.cards == {UMA: 0}


async def test_a_big_answer_breaks_the_connection(server: Parts) -> None:
    desk, broker = server
    async with MachineBoard(broker.port, reply_timeout_s=0.2) as board:
        desk.answer = lambda _: MACHINE | {"description": "x" * 200}
        assert not await board.check_machine()
        assert board.link.broken == 1
        # The client's thread tells the board's loop of the end a moment later.
        async with asyncio.timeout(5):
            while board.link.connected:
                await asyncio.sleep(0.01)


async def test_forty_messages_are_held_back_and_no_more(server: Parts) -> None:
    _, broker = server
    async with MachineBoard(broker.port, whitelist={UMA: 1}) as board:
        await board.link.disconnect()
        for _ in range(50):
            await board.tap(UMA)
        assert len(board.memory.waiting) == 40
        assert board.counts.held_back == 50


async def test_the_server_requests_a_start_and_a_stop(server: Parts) -> None:
    desk, broker = server
    async with MachineBoard(broker.port) as board:
        for kind, relay in (("start", True), ("stop", False)):
            request = json.dumps({"request_type": kind, "uid": UMA})
            desk.client.publish("machine/1/request", request)
            async with asyncio.timeout(3):
                while board.relay is not relay:
                    await asyncio.sleep(0.02)
        await asyncio.sleep(0.05)
    assert desk.actions() == ["checkuser", "startuse", "stopuse"]


async def test_it_logs_off_by_itself(server: Parts) -> None:
    desk, broker = server
    desk.answer = lambda said: (
        MACHINE | {"logoff": 1} if "checkm" in said["action"] else usual(said)
    )
    async with MachineBoard(broker.port, speed=200) as board:
        assert await board.tap(UMA)
        async with asyncio.timeout(3):
            while board.relay:
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.05)
    assert desk.heard[-1]["action"] == "stopuse"
    assert desk.heard[-1]["duration"] > 60


async def test_a_power_cut_ends_a_use_without_a_word(server: Parts) -> None:
    desk, broker = server
    board = MachineBoard(broker.port)
    async with board:
        assert await board.tap(UMA)
    assert not board.relay
    await asyncio.sleep(0.05)
    assert desk.actions() == ["checkuser", "startuse"]
