"""Boards that start and stop uses as fast as they are answered, and remember what was confirmed.

A start or stop counts as confirmed once its answer says `request_ok`. Each carries an id, as
boards of our own do, so that it can be looked for in the ledger.
"""

import asyncio
from collections.abc import Iterable
import itertools
import json
from typing import Any, Self

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from rig.ports import LOOPBACK

from .shop import ANNA

_PATIENCE_S = 2.0


class Storm:
    """Use machines again and again."""

    def __init__(self, port: int, prefix: str, numbers: Iterable[int], name: str) -> None:
        """Describe it; `name` sets its messages' ids apart from those of others."""
        self.started: set[str] = set()
        self.stopped: set[str] = set()
        #: Messages that were answered with a refusal, or not at all.
        self.refused = 0
        self._port = port
        self._prefix = prefix
        self._numbers = tuple(numbers)
        self._name = name
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._ready = asyncio.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = self._connected
        self._client.on_subscribe = lambda *_: self._loop.call_soon_threadsafe(self._ready.set)
        self._client.on_message = self._answered
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def confirmed(self) -> int:
        """Return how many starts and stops were confirmed."""
        return len(self.started) + len(self.stopped)

    async def __aenter__(self) -> Self:
        """Begin."""
        self._client.connect(LOOPBACK, self._port)
        self._client.loop_start()
        await asyncio.wait_for(self._ready.wait(), 10)
        self._tasks = [asyncio.create_task(self._use(number)) for number in self._numbers]
        return self

    async def __aexit__(self, *_: object) -> None:
        """End at once, wherever each board is."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)

    async def confirms(self, count: int, *, seconds: float = 30) -> None:
        """Wait until so many more were confirmed."""
        wanted = self.confirmed + count
        async with asyncio.timeout(seconds):
            while self.confirmed < wanted:
                await asyncio.sleep(0.01)

    async def _use(self, number: int) -> None:
        for count in itertools.count():
            origin = f"{self._name}-{number}-{count}"
            if await self._told(number, {"action": "startuse", "uid": ANNA, "id": origin}):
                self.started.add(origin)
                said = {"action": "stopuse", "uid": ANNA, "duration": 0, "id": origin}
                if await self._told(number, said):
                    self.stopped.add(origin)

    async def _told(self, number: int, said: dict[str, Any]) -> bool:
        topic = f"{self._prefix}/{number}"
        answer = self._waiting[topic] = self._loop.create_future()
        self._client.publish(topic, json.dumps(said))
        try:
            confirmed = bool((await asyncio.wait_for(answer, _PATIENCE_S)).get("request_ok"))
        except TimeoutError:
            confirmed = False
        self.refused += not confirmed
        return confirmed

    def _connected(self, client: mqtt.Client, *_: object) -> None:
        client.subscribe(f"{self._prefix}/+/reply")

    def _answered(self, _client: object, _: object, message: mqtt.MQTTMessage) -> None:
        topic, content = message.topic.removesuffix("/reply"), json.loads(message.payload)
        self._loop.call_soon_threadsafe(self._hand_on, topic, content)

    def _hand_on(self, topic: str, content: Any) -> None:
        answer = self._waiting.pop(topic, None)
        if answer is not None and not answer.done():
            answer.set_result(content)
