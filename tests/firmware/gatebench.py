"""A machine's gate on a bench: its board, its cards, and a server that answers by script."""

import asyncio
from collections.abc import Callable
import contextlib
import hashlib
import hmac
import json
from pathlib import Path
import re
import time
from typing import Any, Final, Self

import paho.mqtt.client as paho
from workbench import PATIENCE_S, Coffin

from rig.gate import Gate as RigGate
from rig.ports import LOOPBACK

NUMBER: Final = "7"
TOPIC: Final = f"machine/{NUMBER}"
KEY: Final = "0123456789abcdef" * 2
#: Bytes of a card, first byte first, and how the protocol spells it.
UMA, UMA_UID = "01020304", "04030201"
SAM, SAM_UID = "a1b2c3d4", "d4c3b2a1"

type Answer = dict[str, Any] | bytes | None
type Script = Answer | Callable[[dict[str, Any]], Answer]

MACHINE: Final = {
    "request_ok": True,
    "is_valid": True,
    "maintenance": False,
    "allowed": True,
    "name": "LASER1",
    "logoff": 480,
    "type": 1,
    "grace": 0,
    "description": "",
}
MEMBER: Final = {
    "request_ok": True,
    "is_valid": True,
    "name": "Uma",
    "missing_auth": False,
    "level": 1,
}
STAFF: Final = MEMBER | {"name": "Sam", "level": 2}
STRANGER: Final = {
    "request_ok": True,
    "is_valid": False,
    "name": "Unknown",
    "missing_auth": False,
    "level": 0,
}
GOOD: Final = {"request_ok": True, "message": ""}
BAD: Final = {"request_ok": False, "message": "BACKEND EXCEPTION"}


class Server:
    """Hears a machine's topic and answers each action as it was told to."""

    def __init__(self, port: int) -> None:
        """Describe the connection; by default it answers everything well."""
        self.heard: list[tuple[str, bytes]] = []
        self.answers: dict[str, Script] = {
            "checkmachine": MACHINE,
            "checkuser": MEMBER,
            "startuse": GOOD,
            "inuse": {"request_ok": True, "message": "inUse"},
            "stopuse": lambda said: GOOD | {"message": f"Duration {said['duration']} seconds"},
            "maintenance": GOOD,
            "alive": None,
        }
        self._port = port
        self._up = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe("#", 0)
        self._client.on_subscribe = lambda *_: self._loop.call_soon_threadsafe(self._up.set)
        self._client.on_message = self._message

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

    def answer(self, **answers: Script) -> None:
        """Answer some actions otherwise from now on."""
        self.answers |= answers

    def silence(self) -> None:
        """Answer nothing from now on."""
        self.answers = dict.fromkeys(self.answers)

    async def say(self, channel: str, payload: object, *, retain: bool = False) -> None:
        """Publish below the machine's topic and wait until the broker has it."""
        if not isinstance(payload, str | bytes):
            payload = json.dumps(payload)
        sent = self._client.publish(f"{TOPIC}/{channel}", payload, 1, retain)
        await asyncio.to_thread(sent.wait_for_publish, PATIENCE_S)

    def words(self, *actions: str, since: int = 0) -> list[str]:
        """Return what the board said, in order, to the byte."""
        return [
            payload.decode()
            for topic, payload in self.heard[since:]
            if topic == TOPIC and (not actions or json.loads(payload)["action"] in actions)
        ]

    def told(self, *actions: str, since: int = 0) -> list[dict[str, Any]]:
        """Return what the board said, taken apart."""
        return [json.loads(word) for word in self.words(*actions, since=since)]

    async def hear(self, action: str, *, count: int = 1, since: int = 0) -> dict[str, Any]:
        """Wait until an action was heard so often, and return the last."""
        end = time.monotonic() + PATIENCE_S
        while len(told := self.told(action, since=since)) < count:
            assert time.monotonic() < end, f"never heard {action}: {self.words()[-20:]}"
            await asyncio.sleep(0.02)
        return told[count - 1]

    def _message(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        self.heard.append((message.topic, message.payload))
        if message.topic != TOPIC:
            return
        said = json.loads(message.payload)
        answer = self.answers.get(said["action"])
        if callable(answer):
            answer = answer(said)
        if answer is not None:
            payload = answer if isinstance(answer, bytes) else json.dumps(answer)
            self._client.publish(f"{TOPIC}/reply", payload)


class Gate(Coffin, RigGate):
    """A gate with a clock that can be advanced: hands take no time."""

    async def set_up(self, **gate: Any) -> None:
        """Copy what was built, and configure the board."""
        await self.build()
        self.configure(gate={"machine": NUMBER, "key": KEY, "ntp": None} | gate)

    async def lay(self, uid: str) -> None:
        """Lay a card down and leave it there."""
        await self.request("card_in", uid=uid)
        await self.advance(300)

    async def lift(self) -> None:
        """Take all cards away."""
        await self.request("card_out")
        await self.advance(700)

    async def tap(self, uid: str) -> None:
        """Hold a card to the reader for a moment, and wait until another one may come."""
        await self.lay(uid)
        await self.lift()
        await self.advance(1500)

    async def log_in(self, uid: str = UMA) -> None:
        """Tap, and be let in."""
        await self.tap(uid)
        await self.be("in_use")

    async def relay(self) -> list[tuple[int, int]]:
        """Return when the relay went on (1) and off (0)."""
        changes = [(ms, level) for ms, what, level in await self.history() if what == "relay"]
        # At power-on every output is driven off.
        return changes[1:] if changes and not changes[0][1] else changes


def signed(
    cards: dict[str, int],
    /,
    *,
    serial: int = 1,
    key: str = KEY,
    valid_s: int = 3600,
    ending: dict[str, int] | None = None,
    **body: Any,
) -> str:
    """Return a list as a server signs it; `valid_s`, and what ends earlier, count from now."""
    now = int(time.time())

    def mark(uid: str) -> str:
        return hmac_of(key, f"card:{serial}:{uid}")[:8]

    text = json.dumps(
        {
            "machine": NUMBER,
            "serial": serial,
            "issued": now,
            "expires": now + valid_s,
            "cards": "".join(f"{mark(uid)}{level}" for uid, level in cards.items()),
            "ending": "".join(f"{mark(uid)}1{now + s:08x}" for uid, s in (ending or {}).items()),
        }
        | body
    )
    return f"{hmac_of(key, text)}\n{text}"


def hmac_of(key: str, text: str) -> str:
    """Return HMAC-SHA256 in hex."""
    return hmac.new(bytes.fromhex(key), text.encode(), hashlib.sha256).hexdigest()


def bare(word: str) -> str:
    """Return a message without what the board adds to the protocol."""
    return re.sub(r',"id":"[0-9a-f]{12}"(,"at":\d+)?', "", word)


@contextlib.asynccontextmanager
async def gate_at(port: int, folder: Path, built: Path, **gate: Any) -> Any:
    """Have a gate that is configured and not switched on."""
    board = Gate(port, folder, built)
    await board.set_up(**gate)
    try:
        yield board
    finally:
        await board.kill()
