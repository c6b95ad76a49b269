"""A simulated board at a real Home Assistant: uses last over restarts and sudden deaths."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
import pytest_socket

from custom_components.atelier.ledger.ledger import Ledger
from custom_components.atelier.machines.facts import Machine, Member, Permission
from rig.broker import Broker
from rig.hass import HomeAssistant
from rig.machine_board import MachineBoard

ANNA = "aabb0011"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(slots=True)
class Shop:
    """A makerspace with one machine, number 7."""

    broker: Broker
    hass: HomeAssistant
    entry_id: str

    async def entity_id(self, key: str) -> str:
        """Return the id of one of the machine's entities."""
        return await self.hass.entity_id(f"{self.entry_id}/machine/7/{key}")

    async def shows(self, state: str) -> None:
        """Wait until the machine is in a state."""
        await self.hass.wait_state(await self.entity_id("state"), state, timeout_s=30)

    async def hours(self) -> float:
        """Return the machine's hours of use."""
        state = await self.hass.state(await self.entity_id("hours"))
        assert state is not None
        return float(state["state"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """Run a house whose workshop has a laser that Anna may use."""
    pytest_socket.enable_socket()
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('shop') / 'ledger.db'}"
    await furnish(url)
    async with Broker(persistent=True) as broker, HomeAssistant() as hass:
        await hass.add_mqtt(broker.port)
        entry_id = await hass.add_workshop()
        flow = await hass.options_flow(entry_id)
        options = {"prefixes": ["props"], "command_timeout": 5, "machines": True}
        flow = await flow.submit(options)
        assert flow.step == "machines"
        machines = {"machine_prefix": "machine", "uses_days": 365, "cards_days": 30}
        flow = await flow.submit(machines | {"ledger_url": url})
        assert flow.type == "create_entry"
        yield Shop(broker, hass, entry_id)


async def furnish(url: str) -> None:
    """Keep a laser and a member who may use it."""
    ledger = await Ledger.open(url)
    facts = await ledger.load()
    (type_id,) = facts.types
    role_id = next(role.id for role in facts.roles.values() if role.name == "Members")
    assert role_id is not None
    await ledger.save(Machine(id=7, name="Laser", type_id=type_id), by="test")
    anna = await ledger.save(Member(name="Anna", role_id=role_id, cards=(ANNA,)), by="test")
    assert anna.id is not None
    await ledger.save(Permission(member_id=anna.id, machine_id=7), by="test")
    await ledger.close()


async def test_a_tap_begins_a_use_and_another_ends_it(shop: Shop) -> None:
    async with MachineBoard(shop.broker.port, "7", speed=60) as board:
        await shop.shows("free")
        async with asyncio.timeout(20):
            while not board.link.connected or not board.policy.name:
                await asyncio.sleep(0.1)  # it spoke before the workshop listened
        before = await shop.hours()
        assert await board.tap(ANNA)
        await shop.shows("in_use")
        await asyncio.sleep(2)
        assert not await board.tap(ANNA)
        await shop.shows("free")
        assert await shop.hours() >= before + 0.03


async def test_a_use_lasts_over_a_restart(shop: Shop) -> None:
    async with MachineBoard(shop.broker.port, "7", speed=10) as board:
        assert await board.tap(ANNA)
        await shop.shows("in_use")
        await shop.hass.restart()
        await shop.shows("in_use")
        await asyncio.sleep(6)  # a board that got no answer tries again after 4.5 s
        assert not await board.tap(ANNA)
        await shop.shows("free")


async def test_a_confirmed_start_outlives_a_sudden_death(shop: Shop) -> None:
    async with MachineBoard(shop.broker.port, "7", speed=10) as board:
        answered = board.counts.answered
        assert await board.tap(ANNA)
        assert board.counts.answered == answered + 2
        await shop.hass.kill()
        await shop.hass.start()
        await shop.shows("in_use")
        await asyncio.sleep(6)
        assert not await board.tap(ANNA)
        await shop.shows("free")
