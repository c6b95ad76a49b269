"""A simulated Fab-O-matic board: cards, relay and display on one side, MQTT on the other.

Written from the protocol as the boards speak it, with their habits: one try of two
seconds, DISCONNECT when nobody answers, 40 messages held back, sent again in order,
sometimes twice, and a connection that breaks over more than 300 bytes.
"""

import asyncio
from collections import deque
import contextlib
from dataclasses import dataclass, field
import json
import secrets
from typing import TYPE_CHECKING, Any, Final, Self

from rig.machine_link import MachineLink, PublishError

if TYPE_CHECKING:
    from collections.abc import Mapping

REPLY_TIMEOUT_S: Final = 2.0
REFRESH_S: Final = 30.0
ALIVE_S: Final = 120.0
REQUEST_POLL_S: Final = 0.15
FAIL_FAST_S: Final = 45.0
HELD_BACK: Final = 40
REMEMBERED_CARDS: Final = 10
#: Topic and payload together; the board refuses to send more.
SEND_LIMIT: Final = 292
#: Minutes before the first word from the server: log-off and grace.
FIRST_LOGOFF_MIN: Final = 720

KEPT_ACTIONS: Final = frozenset({"startuse", "stopuse", "maintenance"})


@dataclass(slots=True)
class Policy:
    """Hold what `checkmachine` last told."""

    maintenance: bool = False
    allowed: bool = True
    name: str = ""
    logoff_min: int = FIRST_LOGOFF_MIN
    grace_min: float = 1.5
    description: str = ""


@dataclass(slots=True)
class Session:
    """Hold who is logged in, and since when on the board's clock."""

    card: str
    level: int
    since: float


@dataclass(slots=True)
class Counts:
    """Count what the board met."""

    sent: int = 0
    answered: int = 0
    timeouts: int = 0
    replayed: int = 0
    held_back: int = 0
    forgotten: int = 0
    too_large: int = 0
    disconnects: int = 0


@dataclass(slots=True)
class Memory:
    """Hold what outlives a power cut: messages held back, cards once let in."""

    waiting: deque[str] = field(default_factory=lambda: deque(maxlen=HELD_BACK))
    cards: dict[str, int] = field(default_factory=dict)


class MachineBoard:
    """Behave as a board at a machine; `speed` runs its clock faster, but not its time-out."""

    def __init__(
        self,
        port: int,
        machine_id: str = "1",
        *,
        prefix: str = "machine",
        user: str | None = None,
        password: str | None = None,
        speed: float = 1.0,
        reply_timeout_s: float = REPLY_TIMEOUT_S,
        whitelist: Mapping[str, int] | None = None,
        memory: Memory | None = None,
    ) -> None:
        """Describe the board; `machine_id` is spelled as somebody typed it.

        Real boards always speak under `machine`; so that several workshops may share a broker,
        these need not.
        """
        self.topic = f"{prefix}/{machine_id}"
        self.link = MachineLink(port, self.topic, user=user, password=password)
        self.policy = Policy()
        self.session: Session | None = None
        self.counts = Counts()
        self.memory = memory or Memory()
        self.lcd = ""
        self.serial = secrets.token_hex(6)
        self.whitelist = dict(whitelist or {})
        self._speed = speed
        self._reply_timeout_s = reply_timeout_s
        self._loop = asyncio.get_running_loop()
        self._unresponsive_until = 0.0
        self._last_card = "00000000"
        self._lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    @property
    def now(self) -> float:
        """Return the seconds on the board's own clock."""
        return self._loop.time() * self._speed

    @property
    def asks(self) -> bool:
        """Tell whether it asks the server: not while it is apart, nor for a while after silence."""
        return self.link.connected and self._loop.time() >= self._unresponsive_until

    @property
    def relay(self) -> bool:
        """Tell whether the machine has power because somebody is logged in."""
        return self.session is not None

    async def __aenter__(self) -> Self:
        """Switch it on: connect, say so, ask how the machine is set, and go on as boards do."""
        await self.connect()
        self._task = asyncio.create_task(self._run(), name=f"board {self.topic}")
        return self

    async def __aexit__(self, *_raised: object) -> None:
        """Cut its power."""
        await self.power_cut()

    async def power_cut(self) -> None:
        """Lose power: whoever is logged in is forgotten, and nobody is told."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        self.session = None
        await self.link.drop()

    async def connect(self) -> bool:
        """Connect, subscribe, publish `alive` and ask for the settings; tell whether it did."""
        if not await self.link.connect():
            return False
        await self.alive()
        return await self.check_machine()

    async def alive(self) -> None:
        """Say what the board is; nobody answers, but what was held back goes out first."""
        async with self._lock:
            if not self.link.connected or not await self._empty_memory():
                return
            said = {
                "action": "alive",
                "version": "hardware-rev0-it_IT,1.0.1",
                "ip": "127.0.0.1",
                "serial": self.serial,
                "heap": "212345",
            }
            with contextlib.suppress(PublishError):
                await self._publish(_text(said))

    async def check_machine(self) -> bool:
        """Ask how the machine is set; tell whether there was an answer that counts."""
        answer = await self._ask('{"action":"checkmachine"}')
        if answer is None or not (answer.get("request_ok") and answer.get("is_valid")):
            return False
        grace = answer.get("grace")
        self.policy = Policy(
            maintenance=answer.get("maintenance") is True,
            allowed=answer.get("allowed") is True,
            name=str(answer.get("name"))[:16],
            logoff_min=int(answer.get("logoff") or 0) & 0xFFFF,
            grace_min=1.0 if grace is None else int(grace) & 0xFFFF,
            description=str(answer.get("description") or "")[:16],
        )
        return True

    async def tap(self, card: str, *, long: bool = False) -> bool:
        """Show a card, for 10 s if `long`; return whether its owner is logged in afterwards."""
        if self.session is not None:
            if self.session.card != card:
                self.lcd = "In use by other"
                return False
            await self._log_out()
            return False
        level = await self._level_of(card)
        if level == 0:
            self.lcd = "Unknown card"
        elif not self.policy.allowed:
            self.lcd = "Machine blocked"
        elif self.policy.maintenance and level < 2:  # noqa: PLR2004 - staff and above
            self.lcd = "Maintenance"
        else:
            if self.policy.maintenance and long:
                said = f'{{"action":"maintenance", "uid":"{card}"}}'
                answer = await self._ask(said)
                if answer is not None and answer.get("request_ok"):
                    self.policy.maintenance = False
            await self._log_in(card, level)
        return self.session is not None

    async def refresh(self) -> None:
        """Do what a board does every 30 s."""
        if not self.link.connected and not await self.connect():
            return
        await self.check_machine()
        session = self.session
        if session is None:
            return
        await self._ask(self._with_duration('"inuse", "uid"', session))
        if 0 < self.policy.logoff_min * 60 < self.now - session.since:
            await self._log_out()

    async def _run(self) -> None:
        """Keep the board's rhythm until its power is cut."""
        refresh, alive = self.now + REFRESH_S, self.now + ALIVE_S
        while True:
            await asyncio.sleep(min(REQUEST_POLL_S, REFRESH_S / 4 / self._speed))
            if request := self.link.take_request():
                await self._obey(request)
            if self.now >= refresh:
                refresh = self.now + REFRESH_S
                await self.refresh()
            if self.now >= alive:
                alive = self.now + ALIVE_S
                await self.alive()

    async def _obey(self, payload: bytes) -> None:
        """Do what the server requests: the last request only, if it is one."""
        try:
            request = json.loads(payload)
            kind, card = request["request_type"], str(request["uid"])
        except ValueError, KeyError, TypeError:
            return
        if kind == "stop":
            await self._log_out()
        elif kind == "start":
            if self.session is not None:
                await self._log_out()
            await self.tap(card)

    async def _level_of(self, card: str) -> int:
        """Return how far a card is trusted: by the server, else by what is remembered."""
        answer = await self._ask(f'{{"action":"checkuser","uid":"{card}"}}')
        if answer is None or answer.get("request_ok") is not True:
            return self.whitelist.get(card) or self.memory.cards.get(card, 0)
        level = int(answer.get("level") or 0)
        if int(answer.get("is_valid") or 0) != 1 or level == 0:
            if card in self.memory.cards:
                self.memory.cards[card] = 0
            return 0
        self.memory.cards[card] = level
        while len(self.memory.cards) > REMEMBERED_CARDS:
            del self.memory.cards[next(iter(self.memory.cards))]
        return level

    async def _log_in(self, card: str, level: int) -> None:
        self.session = Session(card, level, self.now)
        self._last_card = card
        self.lcd = "Logged in"
        await self._ask(f'{{"action":"startuse", "uid":"{card}"}}')

    async def _log_out(self) -> None:
        session = self.session or Session(self._last_card, 0, self.now)
        self.session = None
        self.lcd = "Logged out"
        await self._ask(self._with_duration('"stopuse", "uid"', session))

    def _with_duration(self, beginning: str, session: Session) -> str:
        duration = int(self.now - session.since)
        return f'{{"action":{beginning}:"{session.card}","duration":{duration}}}'

    async def _ask(self, message: str) -> dict[str, Any] | None:
        """Send a message and return its answer; what matters is held back if there is none."""
        async with self._lock:
            if self.asks and await self._empty_memory():
                try:
                    answer = await self._publish_and_wait(message)
                except PublishError:
                    # The boards' own habit: both who publishes and who asks hold it back.
                    self._hold_back(message)
                    answer = None
                if answer is not None:
                    return answer
            self._hold_back(message)
            return None

    async def _empty_memory(self) -> bool:
        """Send again what was held back, in order; tell whether all of it was answered."""
        while self.memory.waiting:
            message = self.memory.waiting.popleft()
            replay = message if '"replay":true' in message else f'{message[:-1]}, "replay":true}}'
            try:
                answer = await self._publish_and_wait(replay)
            except PublishError:
                self.counts.forgotten += 1  # the boards' own habit, too
                return False
            if answer is None:
                self.memory.waiting.appendleft(message)
                return False
            self.counts.replayed += 1
        return True

    async def _publish_and_wait(self, message: str) -> dict[str, Any] | None:
        self.link.forget_replies()
        await self._publish(message)
        try:
            async with asyncio.timeout(self._reply_timeout_s):
                payload = await self.link.next_reply()
        except TimeoutError:
            self.counts.timeouts += 1
            self.counts.disconnects += 1
            self._unresponsive_until = self._loop.time() + FAIL_FAST_S / self._speed
            await self.link.disconnect()
            return None
        self.counts.answered += 1
        self._unresponsive_until = 0.0
        try:
            answer = json.loads(payload)
        except ValueError:
            answer = {}
        return answer if isinstance(answer, dict) else {}

    async def _publish(self, message: str) -> None:
        if len(self.topic) + len(message) > SEND_LIMIT:
            self.counts.too_large += 1
            raise PublishError("A board does not send that much")
        self.link.publish(message.encode())
        self.counts.sent += 1

    def _hold_back(self, message: str) -> None:
        if json.loads(message)["action"] in KEPT_ACTIONS:
            self.counts.held_back += 1
            self.memory.waiting.append(message)


def _text(said: Mapping[str, str]) -> str:
    return json.dumps(said, separators=(",", ":"))
