"""What a machine's board says: topics and queries of the Fab-O-matic protocol.

Boards publish JSON on `machine/<digits>` and read answers on the same topic + `/reply`.
Ours may add `id` (the message's own) and `at` (epoch seconds of the event); the
reference's boards send neither.
"""

from collections.abc import Callable
from dataclasses import dataclass
import math
import re
from typing import Any, Final, TypeIs

from .payload import json_object
from .rejection import Rejection, RejectionKind, excerpt

#: A board sends at most 292 bytes of topic and payload; ours add an id and a time.
QUERY_LIMIT: Final = 1024
#: Boards hold their number in 16 bits, typed as at most five digits.
LARGEST_NUMBER: Final = 65_535
_DIGITS: Final = re.compile(r"[0-9]{1,5}")
_CARD: Final = re.compile(r"[0-9a-fA-F]{8}")
_TEXT_LIMIT: Final = 64
#: Beyond this a duration or time is no number of seconds that a board could have counted.
_SECONDS_LIMIT: Final = 2**40


@dataclass(frozen=True, slots=True)
class Address:
    """Name a board: its number, and its number as it spells it itself."""

    number: int
    topic: str

    @property
    def reply(self) -> str:
        """Return the topic on which it reads answers."""
        return f"{self.topic}/reply"

    @property
    def request(self) -> str:
        """Return the topic on which it reads requests."""
        return f"{self.topic}/request"


def parse_topic(topic: str, prefix: str = "machine") -> Address:
    """Return which board publishes on a topic; raise Rejection where none can."""
    first, slash, digits = topic.partition("/")
    if not slash or first.lower() != prefix.lower() or "/" in digits:
        raise Rejection(RejectionKind.BAD_TOPIC, excerpt(topic))
    if _DIGITS.fullmatch(digits) is None or int(digits) > LARGEST_NUMBER:
        raise Rejection(RejectionKind.BAD_ID, excerpt(digits))
    return Address(int(digits), topic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alive:
    """Tell what a board is; nothing is answered."""

    version: str
    ip: str
    serial: str = ""
    heap: int = 0


@dataclass(frozen=True, slots=True)
class CheckMachine:
    """Ask how the machine is set."""


@dataclass(frozen=True, slots=True)
class CheckUser:
    """Ask whether a card may use the machine; `card` is 8 lower-case hex digits."""

    card: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """Hold what all messages about something that happened have."""

    card: str
    replay: bool = False
    #: The message's own id, where the board gives one.
    id: str | None = None
    #: When it happened by the board's clock, in seconds since the epoch.
    at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartUse(_Told):
    """Tell that a card logged in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InUse(_Told):
    """Tell that a card has been logged in for `duration` seconds."""

    duration: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StopUse(_Told):
    """Tell that a card logged out after `duration` seconds."""

    duration: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance(_Told):
    """Tell that a card's owner cared for the machine."""


@dataclass(frozen=True, slots=True)
class SyncCache:
    """Ask for cards that may use the machine, to be let in while nobody answers."""


type Query = Alive | CheckMachine | CheckUser | StartUse | InUse | StopUse | Maintenance | SyncCache


def parse_query(payload: bytes) -> Query:
    """Return what a board says; raise Rejection for anything that no board would."""
    try:
        message = json_object(payload, QUERY_LIMIT)
    except Rejection as rejection:
        # What is wrong could hold a card: its length is all that is shown.
        raise Rejection(rejection.kind, f"{len(payload)} bytes") from None
    action = message.get("action")
    read = _READERS.get(action) if isinstance(action, str) else None
    if read is None:
        raise Rejection(RejectionKind.UNKNOWN_QUERY, excerpt(action, 24))
    return read(message)


def _bad(key: str) -> Rejection:
    # Its value could be a card: it is not shown.
    return Rejection(RejectionKind.BAD_VALUE, key)


def _card(message: dict[str, Any]) -> str:
    raw = message.get("uid")
    if not isinstance(raw, str) or _CARD.fullmatch(raw) is None:
        raise _bad("uid")
    return raw.lower()


def _text(message: dict[str, Any], key: str) -> str:
    raw = message.get(key)
    if not isinstance(raw, str) or len(raw) > _TEXT_LIMIT or not raw.isprintable():
        raise _bad(key)
    return raw


def _seconds(message: dict[str, Any]) -> int:
    raw = message.get("duration")
    if not _is_number(raw) or abs(raw) > _SECONDS_LIMIT:
        raise _bad("duration")
    return int(raw)


def _is_number(raw: object) -> TypeIs[int | float]:
    return isinstance(raw, int | float) and not isinstance(raw, bool) and math.isfinite(raw)


def _event(message: dict[str, Any]) -> dict[str, Any]:
    replay = message.get("replay", False)
    if not isinstance(replay, bool):
        raise _bad("replay")
    told: dict[str, Any] = {"card": _card(message), "replay": replay}
    if message.get("id") is not None:
        told["id"] = _text(message, "id") or None
    at = message.get("at")
    if at is not None:
        if not _is_number(at):
            raise _bad("at")
        told["at"] = float(at)
    return told


def _alive(message: dict[str, Any]) -> Alive:
    heap = message.get("heap", 0)
    if isinstance(heap, str) and heap.isascii() and heap.isdigit() and len(heap) <= len(str(2**32)):
        heap = int(heap)  # boards of the reference send a text of digits
    if type(heap) is not int or not 0 <= heap <= 2**32:
        raise _bad("heap")
    serial = _text(message, "serial") if "serial" in message else ""
    version, ip = _text(message, "version"), _text(message, "ip")
    return Alive(version=version, ip=ip, serial=serial, heap=heap)


_READERS: Final[dict[str, Callable[[dict[str, Any]], Query]]] = {
    "alive": _alive,
    "checkmachine": lambda _: CheckMachine(),
    "checkuser": lambda message: CheckUser(_card(message)),
    "startuse": lambda message: StartUse(**_event(message)),
    "inuse": lambda message: InUse(**_event(message), duration=_seconds(message)),
    "stopuse": lambda message: StopUse(**_event(message), duration=_seconds(message)),
    "maintenance": lambda message: Maintenance(**_event(message)),
    "synccache": lambda _: SyncCache(),
}
