"""A coffin on a bench: its board, its flash, and an ear on the bus."""

import asyncio
import binascii
from collections.abc import Callable
import contextlib
import itertools
import json
from pathlib import Path
import shutil
from typing import Any, Final, Self

import paho.mqtt.client as paho

from rig.board import Board, BoardPlan
from rig.places import MICROPYTHON
from rig.ports import LOOPBACK

PLAN: Final = BoardPlan(id="coffin-1", name="Coffin Jumper")
PATIENCE_S: Final = 15
HEAP: Final = "heapsize=192k"

#: DFPlayer commands as they go over the wire.
PLAY, VOLUME, RESUME, PAUSE, STOP = "03", "06", "0d", "0e", "16"


class Bus:
    """Hears everything below `props/`, and speaks."""

    def __init__(
        self, port: int, *, login: tuple[str, str] | None = None, client_id: str = ""
    ) -> None:
        """Describe the connection."""
        self.heard: list[tuple[str, bytes, bool]] = []
        self._numbers = itertools.count(1)
        self._port = port
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Condition()
        self._up = asyncio.Event()
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id)
        if login:
            self._client.username_pw_set(*login)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._connected
        self._client.on_subscribe = lambda *_: self._loop.call_soon_threadsafe(self._up.set)
        self._client.on_message = self._message
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Connect and subscribe."""
        self._client.connect(LOOPBACK, self._port, 60)
        self._client.loop_start()
        await asyncio.wait_for(self._up.wait(), PATIENCE_S)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Disconnect."""
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)

    async def say(self, channel: str, payload: object, *, retain: bool = False) -> None:
        """Publish to the coffin at QoS 1 and wait until the broker has it."""
        if not isinstance(payload, str | bytes):
            payload = json.dumps(payload)
        sent = self._client.publish(f"props/{PLAN.id}/{channel}", payload, 1, retain)
        await asyncio.to_thread(sent.wait_for_publish, PATIENCE_S)

    async def ask(self, action: str, **params: Any) -> dict[str, Any]:
        """Send a command and return its result."""
        mark = self.mark()
        correlation_id = f"q{next(self._numbers)}"
        await self.say(
            "cmd", {"action": action, "params": params, "correlation_id": correlation_id}
        )
        return await self.hear("result", since=mark, correlation_id=correlation_id)

    async def set(self, **settings: Any) -> dict[str, Any]:
        """Change settings and return the result."""
        mark = self.mark()
        correlation_id = f"s{next(self._numbers)}"
        await self.say("settings/set", settings | {"correlation_id": correlation_id})
        return await self.hear("result", since=mark, correlation_id=correlation_id)

    def mark(self) -> int:
        """Return the present, to look for what comes after it."""
        return len(self.heard)

    def words(self, channel: str, since: int = 0) -> list[Any]:
        """Return everything heard on a channel, JSON taken apart."""
        return [
            _parsed(payload)
            for topic, payload, _ in self.heard[since:]
            if topic == f"props/{PLAN.id}/{channel}"
        ]

    def events(self, kind: str, since: int = 0) -> list[dict[str, Any]]:
        """Return the events of a type."""
        return [event for event in self.words("event", since) if event["type"] == kind]

    async def hear(self, channel: str, word: object = None, *, since: int = 0, **facts: Any) -> Any:
        """Wait for a payload that is `word`, or that has these facts, and return it."""

        def found() -> Any:
            for payload in self.words(channel, since):
                if word is not None and payload == word:
                    return payload
                if word is None and isinstance(payload, dict) and facts.items() <= payload.items():
                    return payload
            return None

        return await self.until(found, f"{channel} {word or facts}")

    async def until(
        self, found: Callable[[], Any], what: str, timeout_s: float = PATIENCE_S
    ) -> Any:
        """Wait until something was heard."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s), self._news:
                while not (result := found()):
                    await self._news.wait()
                return result
        heard = "\n".join(f"  {topic} {payload[:200]!r}" for topic, payload, _ in self.heard[-25:])
        raise AssertionError(f"never heard {what}; the last was\n{heard}")

    def _connected(self, client: paho.Client, *_: object) -> None:
        client.subscribe("#", 1)

    def _message(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        self._loop.call_soon_threadsafe(
            self._take, (message.topic, message.payload, message.retain)
        )

    def _take(self, message: tuple[str, bytes, bool]) -> None:
        self.heard.append(message)
        task = asyncio.create_task(self._notify())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _notify(self) -> None:
        async with self._news:
            self._news.notify_all()


class Coffin(Board):
    """A coffin with a clock that can be advanced."""

    def __init__(self, port: int, folder: Path, built: Path) -> None:
        """Describe the board; `built` is what goes on its flash."""
        super().__init__(PLAN, mqtt_port=port, folder=folder, virtual=True)
        # Less than the demo grants: what runs here has room on a board.
        self._built = built
        self.give_memory(HEAP)

    def give_memory(self, heap: str) -> None:
        """Have so much memory from the next start on; the simulator takes 66 KiB of it."""
        command = self._child._command
        self._child._command = [
            heap if str(part).startswith("heapsize=") else part for part in command
        ]

    async def build(self) -> None:
        """Copy what was built for all tests, and configure the board."""
        shutil.copytree(self._built, self.flash)
        self.configure(
            id=PLAN.id,
            name=PLAN.name,
            prefix=PLAN.prefix,
            wifi={"ssid": "simulated", "password": "simulated"},
            mqtt={"host": LOOPBACK, "port": self._mqtt["port"]},
        )

    async def switch_on(self) -> None:
        """Start, and let the time pass in which it joins its network."""
        await self.start()
        await self.advance(700)

    def keep(self, *, settings: dict[str, Any] | None = None, **values: Any) -> None:
        """Put values on the flash, as an earlier run would have."""
        kept: dict[str, Any] = {f"app.{key}": value for key, value in values.items()}
        kept["settings"] = {"warm_up": 0} | (settings or {})
        body = json.dumps([1, kept]).encode()
        (self.flash / "kept.a").write_bytes(b"%08x\n" % binascii.crc32(body) + body)

    def configure(self, **facts: Any) -> None:
        """Add to the board's config.json."""
        path = self.flash / "config.json"
        before = json.loads(path.read_text()) if path.exists() else {}
        path.write_text(json.dumps(before | facts), encoding="utf-8")

    async def solenoid(self) -> bool:
        """Tell whether the solenoid is on."""
        outputs = (await self.snapshot())["outputs"]
        return bool(outputs["solenoid"])

    async def frames(self, *commands: str) -> list[tuple[str, int]]:
        """Return the frames sent to the player, of these commands: (command, parameter)."""
        return [
            (value[6:8], int(value[10:14], 16))
            for _, what, value in await self.history()
            if what == "uart" and value[6:8] in commands
        ]

    async def said(self, *commands: str) -> list[tuple[str, int]]:
        """Return these frames once there is one: what goes to the player waits its turn."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while not (frames := await self.frames(*commands)):
            assert asyncio.get_running_loop().time() < deadline, f"no frame {commands}"
            await asyncio.sleep(0.05)
        return frames

    async def pulses(self) -> list[int]:
        """Return how long, in ms, each activation of the solenoid lasted."""
        lengths, since = [], None
        for ms, what, value in await self.history():
            if what == "solenoid" and value == 1:
                since = ms
            elif what == "solenoid" and since is not None:
                lengths.append(ms - since)
                since = None
        return lengths


async def run_micropython(script: str, *arguments: str, folder: Path | None = None) -> str:
    """Run a script on MicroPython and return what it printed; fail where it failed."""
    process = await asyncio.create_subprocess_exec(
        MICROPYTHON,
        "-X",
        HEAP,
        "-c",
        script,
        *arguments,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), 60)
    except TimeoutError:
        process.kill()
        raise
    text = output.decode(errors="replace")
    assert process.returncode == 0, text
    return text


def _parsed(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode(errors="replace")
