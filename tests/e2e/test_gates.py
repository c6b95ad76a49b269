"""Two real gates at a real Home Assistant: online, while it is away, and when it is back."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
import hashlib
import hmac
import json
from pathlib import Path
import time
from typing import Any

import paho.mqtt.client as paho
import pytest
import pytest_asyncio

from custom_components.atelier.wire.signed_list import ListedCard, encode_list
from rig.broker import Broker
from rig.gate import Gate, GatePlan
from rig.hass import HomeAssistant
from rig.hass_socket import CommandError
from rig.ports import LOOPBACK

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

UMA, SAM = "04030201", "d4c3b2a1"
LASER, DRILL = 7, 8
PATIENCE_S = 30


class Bus:
    """Hear what is said about machines, and speak."""

    def __init__(self, port: int) -> None:
        """Connect and subscribe."""
        self.heard: list[tuple[str, str]] = []
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe("machine/#", 1)
        self._client.on_message = lambda _client, _data, message: self.heard.append(
            (message.topic, message.payload.decode())
        )
        self._client.connect(LOOPBACK, port, 60)
        self._client.loop_start()

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

    def lists(self, machine: int) -> list[str]:
        """Return the lists that a machine's gate was told."""
        return [text for topic, text in self.heard if topic == f"machine/{machine}/list"]

    def told(self, machine: int, action: str) -> list[dict[str, Any]]:
        """Return what a gate said, of one kind."""
        said = [json.loads(text) for topic, text in self.heard if topic == f"machine/{machine}"]
        return [one for one in said if one["action"] == action]

    async def say_list(self, machine: int, text: str) -> None:
        """Publish a list in the server's place, and give the board time to look at it."""
        sent = self._client.publish(f"machine/{machine}/list", text, 1, retain=True)
        await asyncio.to_thread(sent.wait_for_publish, PATIENCE_S)
        await asyncio.sleep(0.5)


@dataclass(slots=True)
class Shop:
    """A makerspace with a laser and a drill, a gate at each, and two members."""

    hass: HomeAssistant
    bus: Bus
    laser: Gate
    drill: Gate
    keys: dict[int, str]
    members: dict[str, int]
    entry_id: str

    async def do(self, action: str, **data: Any) -> dict[str, Any]:
        """Do what an administrator would."""
        answer: dict[str, Any] = await self.hass.act(f"atelier.{action}", data, response=True)
        return answer

    async def shows(self, state: str, machine: int = LASER) -> None:
        """Wait until a machine is in a state."""
        entity_id = await self.hass.entity_id(f"{self.entry_id}/machine/{machine}/state")
        await self.hass.wait_state(entity_id, state, timeout_s=PATIENCE_S)

    async def uses(self, machine: int) -> list[dict[str, Any]]:
        """Return a machine's uses, oldest first."""
        page = await self.do("list_uses", machine_id=machine, oldest_first=True, limit=100)
        uses: list[dict[str, Any]] = page["uses"]
        return uses

    async def lists(self, machine: int, card: str, *, listed: bool = True) -> str:
        """Wait until the newest list has a card, or no more, and its gate keeps that list."""
        await until(
            lambda: (
                self.bus.lists(machine)
                and marked(self.keys[machine], self.bus.lists(machine)[-1], card) is listed
            ),
            f"a list for {machine}",
        )
        text = self.bus.lists(machine)[-1]
        await self.keeps(machine, text)
        return text

    async def keeps(self, machine: int, text: str) -> None:
        """Wait until a gate has a list in its flash."""
        flash = {LASER: self.laser, DRILL: self.drill}[machine].flash
        serial = f'"serial": {json.loads(text.partition("\n")[2])["serial"]},'
        await until(
            lambda: any(serial in kept.read_text("utf-8") for kept in flash.glob("list.[ab]")),
            f"{serial} kept by {machine}",
        )


async def until(condition: Any, what: str) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"never: {what}"
        await asyncio.sleep(0.05)


async def gets_in(gate: Gate, card: str) -> bool:
    """Tap while the server is away and tell whether there is power; then be free again."""
    await gate.tap(card)
    await settled(gate)
    power = await gate.power()
    if power:
        await gate.tap(card)
        await gate.be("free")
    return power


async def settled(gate: Gate) -> None:
    """Wait until a card was let in or refused."""
    end = time.monotonic() + PATIENCE_S
    while await gate.state() == "asking":
        assert time.monotonic() < end, "it asks for ever"
        await asyncio.sleep(0.1)


async def machines_are_there(hass: HomeAssistant) -> None:
    """Wait until the workshop is loaded again, with its machines."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            await hass.act("atelier.list_machines", response=True)
        except CommandError:
            assert time.monotonic() < end, hass.log_tail()
            await asyncio.sleep(0.1)
        else:
            return


def moment(text: str) -> float:
    """Return seconds since the epoch."""
    return datetime.fromisoformat(text).timestamp()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """Furnish a makerspace by its own actions; Home Assistant makes the keys."""
    folder = tmp_path_factory.mktemp("gates")
    async with (
        Broker(persistent=True) as broker,
        HomeAssistant(folder=folder / "hass", recorder=False) as hass,
    ):
        await hass.add_mqtt(broker.port)
        entry_id = await hass.add_workshop()
        flow = await hass.options_flow(entry_id)
        flow = await flow.submit({"prefixes": ["props"], "command_timeout": 5, "machines": True})
        await flow.submit({"machine_prefix": "machine", "uses_days": 365, "cards_days": 30})
        bus = Bus(broker.port)

        async def do(action: str, **data: Any) -> dict[str, Any]:
            answer: dict[str, Any] = await hass.act(f"atelier.{action}", data, response=True)
            return answer

        await machines_are_there(hass)
        await do("add_machine_type", name="Gated", grace_min=0, logoff_min=480)
        keys: dict[int, str] = {}
        for number, name in ((LASER, "Laser"), (DRILL, "Drill")):
            await do("add_machine", machine_id=number, name=name, type="Gated")
            keys[number] = (await do("make_gate_key", machine_id=number))["key"]
        members: dict[str, int] = {}
        for name, card in (("Uma", UMA), ("Sam", SAM)):
            added = await do("add_member", name=name, role="Members", cards=[card])
            members[name] = added["member"]["id"]
        await do("grant_permission", member_id=members["Uma"], machine_id=LASER)
        await do("grant_permission", member_id=members["Sam"], machine_id=DRILL)
        gates = {
            number: gate(number, keys[number], broker.port, folder, card_present=present)
            for number, present in ((LASER, False), (DRILL, True))
        }
        try:
            async with gates[LASER] as laser, gates[DRILL] as drill:
                yield Shop(hass, bus, laser, drill, keys, members, entry_id)
        finally:
            bus.close()


def gate(machine: int, key: str, port: int, folder: Path, *, card_present: bool) -> Gate:
    """Return a gate whose time can be made to pass."""
    plan = GatePlan(
        id=f"gate-{machine}",
        name=f"Gate {machine}",
        machine=str(machine),
        key=key,
        card_present=card_present,
    )
    return Gate(plan, mqtt_port=port, folder=folder / plan.id, virtual=True)


async def test_a_tap_is_a_use_with_its_hours(shop: Shop) -> None:
    """And the gate has heard who may come while nobody answers."""
    await shop.shows("free")
    await shop.lists(LASER, UMA)
    before = time.time()
    await shop.laser.tap(UMA)
    await shop.laser.be("in_use")
    assert await shop.laser.power()
    await shop.shows("in_use")
    await shop.laser.tap(UMA)
    await shop.laser.be("free")
    await shop.shows("free")
    (use,) = await shop.uses(LASER)
    assert use["member_id"] == shop.members["Uma"]
    assert moment(use["start"]) == pytest.approx(before, abs=10)
    assert 1 <= moment(use["end"]) - moment(use["start"]) <= 30
    await shop.laser.tap(SAM)
    await settled(shop.laser)
    assert not await shop.laser.power()


async def test_power_goes_with_the_card(shop: Shop) -> None:
    """At the drill a card has to stay."""
    await shop.lists(DRILL, SAM)
    await shop.drill.lay(SAM)
    await shop.drill.be("in_use")
    assert await shop.drill.power()
    await shop.drill.lift()
    await shop.drill.wait_snapshot("outputs", "relay", wanted=False, timeout_s=3)
    await shop.shows("free", DRILL)


async def test_no_card_is_seen_on_the_list(shop: Shop) -> None:
    """Whoever may read the topic learns how many may come, and no more."""
    for machine in (LASER, DRILL):
        for text in shop.bus.lists(machine):
            assert UMA not in text
            assert SAM not in text


async def test_home_assistant_goes_and_comes_back(shop: Shop) -> None:
    """Permitted cards come in meanwhile, and each use is there once, with its true time."""
    known = len(await shop.uses(LASER))
    await shop.lists(LASER, UMA)
    await shop.hass.stop()
    began = time.time()
    assert not await gets_in(shop.laser, SAM)
    assert await gets_in(shop.laser, UMA)
    between = time.time()
    assert await gets_in(shop.laser, UMA)
    assert not await gets_in(shop.drill, UMA)
    ended = time.time()
    await shop.hass.start()
    # The gate waits up to 30 s between its tries.
    await shop.laser.advance(46_000)
    await until(
        lambda: any(one.get("replay") for one in shop.bus.told(LASER, "stopuse")), "a replay"
    )
    await shop.shows("free")
    for _ in range(100):
        uses = (await shop.uses(LASER))[known:]
        if len(uses) == 2 and all(use["end"] for use in uses):
            break
        await asyncio.sleep(0.1)
    assert [use["member_id"] for use in uses] == [shop.members["Uma"]] * 2
    first, second = uses
    assert began - 2 <= moment(first["start"]) <= moment(first["end"]) <= between + 2
    assert between - 2 <= moment(second["start"]) <= moment(second["end"]) <= ended + 2
    assert all(1 <= moment(use["end"]) - moment(use["start"]) <= 60 for use in uses)
    ids = {one["id"] for one in shop.bus.told(LASER, "startuse")}
    assert len(ids) == len(await shop.uses(LASER))


async def test_a_list_that_is_forged_old_or_anothers_counts_for_nothing(shop: Shop) -> None:
    """The key of another board signs nothing for this one."""
    await shop.do("grant_permission", member_id=shop.members["Sam"], machine_id=LASER)
    with_sam = await shop.lists(LASER, SAM)
    await shop.do("revoke_permission", member_id=shop.members["Sam"], machine_id=LASER)
    without_sam = await shop.lists(LASER, SAM, listed=False)
    body = json.loads(with_sam.partition("\n")[2]) | {"serial": int(time.time()) + 9_000}
    forged = json.dumps(body | {"cards": f"{mark(shop.keys[DRILL], body['serial'], SAM)}1"})
    for text in (
        with_sam,
        f"{with_sam.partition(chr(10))[0]}\n{forged}",
        f"{digest(shop.keys[DRILL], forged)}\n{forged}",
        shop.bus.lists(DRILL)[-1],
    ):
        await shop.bus.say_list(LASER, text)
    await shop.laser.network(up=False)
    await asyncio.sleep(1)
    assert not await gets_in(shop.laser, SAM)
    assert await gets_in(shop.laser, UMA)
    await shop.laser.network(up=True)
    await shop.bus.say_list(LASER, without_sam)


async def test_what_is_taken_away_online_is_refused_offline(shop: Shop) -> None:
    """The list is told anew within seconds."""
    await shop.laser.advance(46_000)
    await shop.do("revoke_permission", member_id=shop.members["Uma"], machine_id=LASER)
    await shop.lists(LASER, UMA, listed=False)
    await shop.laser.network(up=False)
    await asyncio.sleep(1)
    assert not await gets_in(shop.laser, UMA)
    await shop.laser.network(up=True)


async def test_a_list_ends(shop: Shop) -> None:
    """The drill lets in who is on its list until it runs out, and then nobody."""
    now = int(time.time())
    text = encode_list(
        bytes.fromhex(shop.keys[DRILL]),
        str(DRILL),
        serial=now + 60,
        issued=now,
        expires=now + 120,
        cards=[ListedCard(SAM, 1)],
    )
    await shop.bus.say_list(DRILL, text.decode())
    await shop.keeps(DRILL, text.decode())
    await shop.drill.network(up=False)
    await asyncio.sleep(1)
    await shop.drill.lay(SAM)
    await shop.drill.be("in_use")
    await shop.drill.lift()
    await shop.drill.be("free")
    await shop.drill.advance(130_000)
    await shop.drill.lay(SAM)
    await asyncio.sleep(1)
    await settled(shop.drill)
    assert not await shop.drill.power()
    assert (await shop.drill.rows())[0] == "No server"


def marked(key: str, text: str, card: str) -> bool:
    """Tell whether a card is on a list."""
    body = json.loads(text.partition("\n")[2])
    return mark(key, body["serial"], card) in body["cards"]


def mark(key: str, serial: int, card: str) -> str:
    """Return a card's mark on a list."""
    return digest(key, f"card:{serial}:{card}")[:8]


def digest(key: str, text: str) -> str:
    """Return HMAC-SHA256 in hex."""
    return hmac.new(bytes.fromhex(key), text.encode(), hashlib.sha256).hexdigest()
