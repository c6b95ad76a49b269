"""Tests of the firmware: the real MicroPython, a real broker, a simulated board."""

from collections.abc import AsyncIterator
from pathlib import Path

from gatebench import Gate, Server, gate_at
import pytest
from workbench import Bus, Coffin

from forge.firmware.compile import build
from rig.broker import Broker
from rig.places import BUNDLES


@pytest.fixture(autouse=True)
def verify_cleanup() -> None:
    """Leave out the plug-in's own check: here clients of real servers have threads."""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the coffin once, as boards get it, to a folder that nobody writes to."""
    folder = tmp_path_factory.mktemp("built")
    return build(BUNDLES / "coffin_jumper", folder, mpy=True).folder


@pytest.fixture
async def broker() -> AsyncIterator[Broker]:
    """Run a broker."""
    async with Broker() as broker:
        yield broker


@pytest.fixture
async def bus(broker: Broker) -> AsyncIterator[Bus]:
    """Listen to everything on the bus."""
    async with Bus(broker.port) as bus:
        yield bus


@pytest.fixture
async def dark(broker: Broker, tmp_path: Path, built: Path) -> AsyncIterator[Coffin]:
    """Have a coffin that is not switched on yet; its sensor needs no warm-up."""
    coffin = Coffin(broker.port, tmp_path, built)
    await coffin.build()
    coffin.keep()
    try:
        yield coffin
    finally:
        await coffin.kill()


@pytest.fixture
async def coffin(dark: Coffin, bus: Bus) -> Coffin:
    """Have a coffin that is armed, online, and whose player has answered."""
    await dark.switch_on()
    await bus.hear("availability", "online")
    await bus.hear("telemetry")
    await dark.advance(3000)
    return dark


@pytest.fixture(scope="session")
def gate_built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the gate once."""
    folder = tmp_path_factory.mktemp("gate")
    return build(BUNDLES / "machine_gate", folder, mpy=True).folder


@pytest.fixture
async def server(broker: Broker) -> AsyncIterator[Server]:
    """Run a server that knows one machine."""
    async with Server(broker.port) as server:
        yield server


@pytest.fixture
async def dark_gate(broker: Broker, tmp_path: Path, gate_built: Path) -> AsyncIterator[Gate]:
    """Have a gate that is not switched on yet."""
    async with gate_at(broker.port, tmp_path, gate_built) as gate:
        yield gate


@pytest.fixture
async def gate(dark_gate: Gate, server: Server) -> Gate:
    """Have a gate that is free and has heard of its machine."""
    await dark_gate.switch_on()
    await server.hear("checkmachine")
    await dark_gate.advance(500)
    return dark_gate
