"""The stage's machines: cards are held to real readers, from the page and the command line."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
import json
import os
from pathlib import Path
import sys
from typing import Any

import aiohttp
import paho.mqtt.client as mqtt
import pytest

from rig.broker import Broker
from rig.child import Child
from rig.errors import RigError
from rig.makers import STRANGE_CARD, Kind, demo_makers
from rig.places import MARK, ROOT
from rig.ports import LOOPBACK
from rig.readers import FabomaticReader, Look, Reader, reader_at
from rig.stage import Stage
from rig.stage_machines import StageMachines

ADA = demo_makers("en").cards()["ada"]
FREE = {Kind.GATE: "Card, please", Kind.FABOMATIC: "Tap your card"}


class Server:
    """A server that lets Ada in, on any broker."""

    def __init__(self, port: int) -> None:
        """Connect; `care` tells boards that care is due."""
        self.care = False
        self.heard: list[dict[str, Any]] = []
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe("machine/+")
        self._client.on_message = self._message
        self._client.connect(LOOPBACK, port)
        self._client.loop_start()

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

    def _message(self, client: mqtt.Client, _: object, message: mqtt.MQTTMessage) -> None:
        said = json.loads(message.payload)
        self.heard.append(said)
        if (answer := self._answer(said)) is not None:
            client.publish(f"{message.topic}/reply", json.dumps({"request_ok": True} | answer))

    def _answer(self, said: dict[str, Any]) -> dict[str, Any] | None:
        match said["action"]:
            case "alive":
                return None
            case "checkmachine":
                about = {"name": "Machine", "logoff": 480, "type": 1, "grace": 0}
                care = {"maintenance": self.care, "description": "Oil it" if self.care else ""}
                return about | care | {"is_valid": True, "allowed": True}
            case "checkuser":
                known = said["uid"] == ADA
                return {"is_valid": known, "name": "Ada", "level": 2 if known else 0}
        return {"message": ""}


@pytest.fixture
async def broker() -> AsyncIterator[Broker]:
    """Run a broker."""
    async with Broker() as broker:
        yield broker


@pytest.fixture
async def server(broker: Broker) -> AsyncIterator[Server]:
    """Answer boards."""
    server = Server(broker.port)
    yield server
    server.close()


@pytest.fixture(params=list(Kind))
async def reader(
    request: pytest.FixtureRequest, broker: Broker, server: Server, tmp_path: Path
) -> AsyncIterator[Reader]:
    """Give power to a board of each kind."""
    machine = replace(demo_makers("en").machines[0], board=request.param)
    reader = reader_at(machine, mqtt_port=broker.port, folder=tmp_path, language="en")
    await reader.start()
    await until(reader, upper="Machine")  # which is the server's word
    yield reader
    await reader.cut()


async def until(reader: Reader, **rows: str) -> None:
    """Wait until a row of a display, `upper` or `lower`, shows something."""
    async with asyncio.timeout(20):
        while True:
            upper, lower = (row.strip() for row in (await reader.look()).rows)
            if {"upper": upper, "lower": lower}.items() >= rows.items():
                return
            await asyncio.sleep(0.05)


async def powered(reader: Reader, *, on: bool) -> None:
    """Wait until a machine has power, or none."""
    async with asyncio.timeout(10):
        while (await reader.look()).relay is not on:
            await asyncio.sleep(0.05)


async def test_a_tap_gives_power_and_another_takes_it(reader: Reader, server: Server) -> None:
    """Both kinds of boards are handled alike."""
    assert not (await reader.look()).relay
    await reader.tap(ADA)
    await powered(reader, on=True)
    assert (await reader.look()).rows[0].strip() == "Machine"
    await reader.tap(ADA)
    await powered(reader, on=False)
    assert {"startuse", "stopuse"} <= {said["action"] for said in server.heard}


async def test_a_strange_card_is_refused_on_the_display(reader: Reader) -> None:
    """For a moment, then the display asks for a card again."""
    await reader.tap(STRANGE_CARD)
    async with asyncio.timeout(10):
        while "Unknown card" not in " ".join((await reader.look()).rows):
            await asyncio.sleep(0.05)
    assert not (await reader.look()).relay
    await until(reader, lower=FREE[reader.machine.board])


async def test_a_board_without_power_shows_nothing(reader: Reader) -> None:
    """And takes no card; with power it is as before."""
    await reader.cut()
    assert not reader.running
    with pytest.raises(RigError, match="power"):
        await reader.look()
    with pytest.raises(RigError, match="power"):
        await reader.tap(ADA)
    await reader.start()
    await until(reader, lower=FREE[reader.machine.board])
    assert reader.running


async def test_a_card_that_is_held_tells_a_gate_of_care(
    broker: Broker, server: Server, tmp_path: Path
) -> None:
    """Ten seconds, as somebody stands there."""
    server.care = True
    (machine, _) = demo_makers("en").machines
    reader = reader_at(machine, mqtt_port=broker.port, folder=tmp_path, language="en")
    await reader.start()
    await until(reader, upper="Machine")
    await reader.tap(ADA, hold=True)
    assert "maintenance" in [said["action"] for said in server.heard]
    await reader.cut()


async def test_it_speaks_italian(broker: Broker, server: Server) -> None:
    """As its firmware was built; a broker that is away is told, too."""
    machine = demo_makers("it").machines[1]
    reader = FabomaticReader(machine, mqtt_port=broker.port, language="it")
    await reader.start()
    await until(reader, lower="Avvicina carta")
    await broker.stop()
    await until(reader, lower="Rete assente")
    await reader.cut()
    await broker.start()


# The page's own door


class Visitor:
    """Somebody at the page."""

    def __init__(self, stage: Stage, session: aiohttp.ClientSession) -> None:
        """Take what is on stage."""
        self.stage = stage
        self._session = session

    async def tap(self, machine: int, **body: Any) -> tuple[int, dict[str, Any]]:
        """Hold a card to a machine."""
        return await self.post(f"{machine}/tap", json=body)

    async def post(self, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
        """Post to a machine."""
        async with self._session.post(f"{self.stage.url}/api/machines/{path}", **body) as answer:
            return answer.status, await answer.json()

    async def look(self) -> dict[str, Any]:
        """Look at all machines."""
        async with self._session.get(f"{self.stage.url}/api/machines") as answer:
            looks: dict[str, Any] = await answer.json()
            return looks


@pytest.fixture
async def visitor(broker: Broker, server: Server) -> AsyncIterator[Visitor]:
    """Open the page of a makerspace with one machine."""
    makers = demo_makers("en")
    drill = FabomaticReader(makers.machines[1], mqtt_port=broker.port, language="en")
    await drill.start()
    machines = StageMachines(makers, {2: drill})
    stage = Stage({}, home="http://127.0.0.1:8123", machines=machines)
    await stage.start()
    async with aiohttp.ClientSession() as session:
        yield Visitor(stage, session)
    await stage.close()
    await drill.cut()


async def test_the_page_shows_machines_and_cards(visitor: Visitor) -> None:
    """Everybody's card is there, and one that nobody knows."""
    looks = await visitor.look()
    assert [card["key"] for card in looks["cards"]] == ["ada", "sam", "leo", "noa", "unknown"]
    (drill,) = looks["machines"]
    assert (drill["id"], drill["name"], drill["board"]) == (2, "Pillar drill", "fabomatic")
    assert (drill["power"], drill["relay"], drill["card"]) == (True, False, None)


async def test_a_card_is_named_by_its_owner_or_by_its_id(visitor: Visitor) -> None:
    """Both taps are of the same card."""
    status, drill = await visitor.tap(2, card="Ada")
    assert (status, drill["relay"]) == (200, True)
    status, drill = await visitor.tap(2, card=ADA.upper())
    assert (status, drill["relay"]) == (200, False)


async def test_one_card_at_a_time(visitor: Visitor, server: Server) -> None:
    """While a card is held to a reader, everybody sees whose, and nobody else's is read."""
    server.care = True
    await visitor.post("2/power", json={})
    await visitor.post("2/power", json={})
    async with asyncio.TaskGroup() as group:
        held = group.create_task(visitor.tap(2, card="ada", hold=True))
        await asyncio.sleep(1)
        assert (await visitor.look())["machines"][0]["card"] == "ada"
        status, answer = await visitor.tap(2, card="leo")
        assert status == 409
        assert "Another card" in answer["error"]
    assert held.result()[0] == 200
    assert "maintenance" in [said["action"] for said in server.heard]
    assert (await visitor.look())["machines"][0]["card"] is None


async def test_power_is_cut_and_comes_back(visitor: Visitor) -> None:
    """By the same button; without power no card is taken."""
    assert (await visitor.post("2/power", json={}))[1]["power"] is False
    status, answer = await visitor.tap(2, card="ada")
    assert status == 409
    assert "has no power" in answer["error"]
    assert (await visitor.post("2/power", json={}))[1]["power"] is True


@pytest.mark.parametrize(
    ("path", "body", "status", "told"),
    [
        ("3/tap", {"json": {"card": "ada"}}, 404, "There is no machine 3; there are: 2"),
        ("2/tap", {"json": {"card": "zed"}}, 400, "There is no card 'zed': ada"),
        ("2/tap", {"json": {}}, 400, "There is no card ''"),
        ("2/tap", {"json": {"card": "0a1b2c0"}}, 400, "8 hex digits"),
        ("2/tap", {"json": ["ada"]}, 400, "Send a JSON object"),
        (
            "2/tap",
            {"data": "ada", "headers": {"Content-Type": "application/json"}},
            400,
            "no JSON",
        ),
    ],
)
async def test_what_is_wrong_is_told(
    visitor: Visitor, path: str, body: dict[str, Any], status: int, told: str
) -> None:
    """And nothing was held to any reader."""
    answer = await visitor.post(path, **body)
    assert answer[0] == status
    assert told in answer[1]["error"]
    assert (await visitor.look())["machines"][0]["relay"] is False


class Crashed(FabomaticReader):
    """A board whose simulation went wrong."""

    running = True

    async def look(self) -> Look:
        """Show nothing any more."""
        raise RigError("The board crashed\nwith a long log")

    async def cut(self) -> None:
        """Not even this works."""
        await self.look()

    async def tap(self, card: str, *, hold: bool = False) -> None:
        """Nor does this."""
        await self.look()


async def test_what_went_wrong_at_a_board_is_shown_at_it() -> None:
    """In one line, on the page and at whoever did something to it."""
    drill = Crashed(demo_makers("en").machines[1], mqtt_port=9, language="en")
    stage = Stage({}, home="", machines=StageMachines(demo_makers("en"), {2: drill}))
    await stage.start()
    async with aiohttp.ClientSession() as session:
        visitor = Visitor(stage, session)
        assert (await visitor.look())["machines"][0]["error"] == "The board crashed"
        for answer in (await visitor.tap(2, card="ada"), await visitor.post("2/power", json={})):
            assert answer == (409, {"error": "The board crashed"})
    await stage.close()


# The command line


async def command(folder: Path, *words: str) -> tuple[int, str]:
    """Run script/tap; return its exit code and what it said."""
    path = os.pathsep.join((str(ROOT / "script"), str(ROOT / "addon")))
    child = Child(
        "The tap",
        [sys.executable, "-m", "rig.tap", "--dir", str(folder), *words],
        log=folder / "tap.log",
        env={**os.environ, "PYTHONPATH": path},
    )
    await child.start()
    return await asyncio.wait_for(child.wait(), 30), child.output()


async def test_a_card_is_held_from_the_command_line(visitor: Visitor, tmp_path: Path) -> None:
    """The demo's folder knows the address of its stage."""
    (tmp_path / MARK).write_text(visitor.stage.url, encoding="utf-8")
    assert await command(tmp_path, "2", "ada") == (
        0,
        "    [Machine         ]\n    [Logged in  00:00]\n    power on\n",
    )
    code, said = await command(tmp_path)
    assert code == 0
    assert "2  Pillar drill" in said
    assert "noa      Noa training lapsed" in said
    await visitor.post("2/power", json={})
    code, said = await command(tmp_path)
    assert "its board has no power" in said
    code, said = await command(tmp_path, "2", "zed")
    assert code == 1
    assert said.startswith("There is no card 'zed'")


async def test_without_a_demo_there_is_nothing_to_tap(tmp_path: Path) -> None:
    """Who reads it knows how to start one."""
    code, said = await command(tmp_path, "1", "ada")
    assert code == 1
    assert said == f"No demo runs in {tmp_path}; start it with script/demo\n"
    (tmp_path / MARK).write_text("http://127.0.0.1:9", encoding="utf-8")
    code, said = await command(tmp_path)
    assert said == "No demo answers at http://127.0.0.1:9; start it with script/demo\n"
    code, said = await command(tmp_path, "1")
    assert code == 2
    assert "script/tap 1 ada" in said
