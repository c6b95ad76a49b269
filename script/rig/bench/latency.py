"""How long a value takes to a watcher, and a press of a button to the device."""

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final, Self

import orjson
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from rig.bench.load import Generator
from rig.bench.payloads import VALUES, telemetry, topic
from rig.bench.side import sensor
from rig.errors import SlowError
from rig.ports import LOOPBACK

if TYPE_CHECKING:
    from rig.bench.payloads import Fleet
    from rig.bench.side import Side

RATE: Final = 50  # messages a second
PRESS_GAP_S: Final = 0.02
ANSWER_TIMEOUT_S: Final = 10
PROP: Final = 0
BUTTON: Final = f"button.bench_{PROP}_open"


async def update_ms(side: Side, fleet: Fleet, messages: int) -> list[float]:
    """Return, for each message, the ms from publish until a watcher of one entity sees it.

    At most 900 messages: readings repeat after 997 turns.
    """
    entity_id = sensor(PROP)
    turns = [fleet.turn() for _ in range(messages)]
    due = {VALUES[0].at(turn): turn for turn in turns}
    sent: dict[int, float] = {}
    taken: list[float] = []

    async def watch() -> None:
        while len(taken) < messages:
            change = await stream.next(timeout_s=ANSWER_TIMEOUT_S)
            now = time.perf_counter()
            state = change.get("c", {}).get(entity_id, {}).get("+", {}).get("s")
            if state is not None and (turn := due.get(float(state))) in sent:
                taken.append((now - sent[turn]) * 1e3)

    async with side.hass.stream("subscribe_entities", entity_ids=[entity_id]) as stream:
        with Generator(side.broker.port) as generator:
            async with asyncio.TaskGroup() as group:
                group.create_task(watch())
                begin = time.perf_counter()
                for number, turn in enumerate(turns):
                    message = telemetry(PROP, turn)
                    await asyncio.sleep(begin + number / RATE - time.perf_counter())
                    sent[turn] = time.perf_counter()
                    generator.publish([message])
    return taken


async def press_ms(side: Side, presses: int) -> list[float]:
    """Return the ms from each press of a button until its command is seen at the broker."""
    taken = []
    async with Device(side.broker.port) as device:
        for _ in range(presses):
            begin = time.perf_counter()
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                await side.hass.act("button.press", target={"entity_id": BUTTON})
                taken.append((await device.commands.get() - begin) * 1e3)
            await asyncio.sleep(PRESS_GAP_S)
    return taken


class Device:
    """A device that answers each command at once; it tells when each one arrived."""

    def __init__(self, port: int) -> None:
        """Prepare the connection."""
        self.commands: asyncio.Queue[float] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._subscribed = asyncio.Event()
        self._port = port
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="bench-device")
        self._client.on_message = self._on_message
        self._client.on_subscribe = self._on_subscribe

    async def __aenter__(self) -> Self:
        """Connect and listen for commands; raise SlowError when the broker does not answer."""
        self._client.connect(LOOPBACK, self._port)
        self._client.loop_start()
        self._client.subscribe(topic(PROP, "cmd"), qos=1)
        try:
            await asyncio.wait_for(self._subscribed.wait(), ANSWER_TIMEOUT_S)
        except TimeoutError:
            raise SlowError("The broker did not acknowledge the device's subscription") from None
        return self

    async def __aexit__(self, *_raised: object) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

    def _on_subscribe(self, *_: Any) -> None:
        """Note that commands arrive from now on."""
        self._loop.call_soon_threadsafe(self._subscribed.set)

    def _on_message(self, client: Client, _: Any, command: MQTTMessage) -> None:
        """Note the time and answer, in the client's own thread."""
        now = time.perf_counter()
        correlation_id = orjson.loads(command.payload).get("correlation_id")
        if correlation_id is not None:
            answer = {"correlation_id": correlation_id, "ok": True}
            client.publish(topic(PROP, "result"), orjson.dumps(answer), qos=1)
        self._loop.call_soon_threadsafe(self.commands.put_nowait, now)
