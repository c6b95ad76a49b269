"""Props on a bus of straw: what they publish is kept, and a test speaks for the boards."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from custom_components.atelier.props.prop import Prop
from custom_components.atelier.props.roster import Roster
from custom_components.atelier.wire.info import read_info
from custom_components.atelier.wire.rejection import Rejection, RejectionKind
from tests.factories import encoded


@dataclass
class StrawBus:
    """Stand for the broker; `on_publish` may answer what is published."""

    connected: bool = True
    command_timeout_s: float = 0.05
    published: list[tuple[str, str]] = field(default_factory=list)
    rejected: list[tuple[str, Rejection]] = field(default_factory=list)
    on_publish: Callable[[str, str], None] | None = None

    async def publish(self, topic: str, payload: str) -> None:
        """Keep a message, or fail as a bus without a broker does."""
        if not self.connected:
            raise ConnectionError(topic)
        self.published.append((topic, payload))
        if self.on_publish is not None:
            self.on_publish(topic, payload)

    def reject(self, source: str, rejection: Rejection) -> None:
        """Keep a rejection."""
        self.rejected.append((source, rejection))

    @property
    def kinds(self) -> list[RejectionKind]:
        """Return the kinds of what was rejected."""
        return [rejection.kind for _, rejection in self.rejected]


type Say = Callable[..., None]


@pytest.fixture
def bus() -> StrawBus:
    """Return a bus with a broker."""
    return StrawBus()


@pytest.fixture
def make_prop(bus: StrawBus) -> Callable[..., Prop]:
    """Return what makes a prop of its description."""

    def make(info: dict[str, Any], device_id: str = "x", *, online: bool = True) -> Prop:
        prop = Prop("props", device_id, read_info(info), bus, bus.reject)
        if online:
            prop.set_online(online=True)
        return prop

    return make


@pytest.fixture
async def roster(bus: StrawBus, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Roster]:
    """Return an empty roster that waits only moments for what is to come."""
    monkeypatch.setattr("custom_components.atelier.props.roster._GRACE_S", 0.02)
    monkeypatch.setattr("custom_components.atelier.props.roster._GATHER_S", 0.005)
    roster = Roster(bus, bus.reject)
    yield roster
    roster.close()


@pytest.fixture
def hear(roster: Roster, bus: StrawBus) -> Say:
    """Return what brings a message to the roster, the way the bus does."""

    def say(topic: str, message: Any, *, retained: bool = False) -> None:
        prefix, device_id, channel = topic.split("/", 2)
        try:
            handler, _ = roster.route(prefix, device_id, channel)
            handler(encoded(message), retained)
        except Rejection as rejection:
            bus.reject(f"{prefix}/{device_id}", rejection)

    return say


def tell(prop: Prop, channel: str, message: Any, *, retained: bool = False) -> None:
    """Bring a message to a prop's dialect; raise Rejection where it has no effect."""
    handler = prop.dialect.route(channel)
    assert handler is not None, f"nothing reads {channel}"
    handler(encoded(message), retained)


async def grace() -> None:
    """Wait until a roster has settled and introduced who is new."""
    await asyncio.sleep(0.05)
