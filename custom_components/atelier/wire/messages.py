"""What a device says and is told, once it is known."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import orjson

from .payload import json_object, text
from .rejection import Rejection, RejectionKind, excerpt
from .values import is_text

#: Bytes of any message but `info`.
MESSAGE_LIMIT: Final = 8 * 1024

#: Attributes of an event, and characters of each, that are passed on.
_ATTRIBUTE_LIMIT: Final = 16

_KEY_LIMIT: Final = 64
_DAY_MS: Final = 24 * 60 * 60 * 1000

ONLINE: Final = "online"
OFFLINE: Final = "offline"


class Reason(StrEnum):
    """Name the reasons for which a device refuses."""

    BLOCKED = "blocked"
    BUSY = "busy"
    LOCKOUT = "lockout"
    NOT_READY = "not_ready"
    NOT_ACTIVE = "not_active"
    NO_PLAYER = "no_player"
    FAULT = "fault"
    OUT_OF_RANGE = "out_of_range"
    BAD_ARGUMENTS = "bad_arguments"
    UNKNOWN_ACTION = "unknown_action"
    UNKNOWN_SETTING = "unknown_setting"
    EMPTY_COMMAND = "empty_command"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at a device; `seq` counts within one boot."""

    type: str
    seq: int | None
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """A device's answer to a command."""

    correlation_id: str
    ok: bool
    reason: str | None = None
    message: str | None = None
    #: Milliseconds after which the same command is worth another try.
    retry_ms: int | None = None


def parse_availability(payload: bytes) -> bool:
    """Return whether a device says it is online."""
    word = text(payload, 64)
    if word not in (ONLINE, OFFLINE):
        raise Rejection(RejectionKind.BAD_VALUE, f"availability={excerpt(word)}")
    return word == ONLINE


def parse_event(payload: bytes) -> Event:
    """Return an event."""
    raw = json_object(payload, MESSAGE_LIMIT)
    event_type = raw.pop("type", None)
    if not is_text(event_type, 64):
        raise Rejection(RejectionKind.BAD_VALUE, f"event.type={excerpt(event_type)}")
    seq = raw.pop("seq", None)
    if seq is not None and (not isinstance(seq, int) or isinstance(seq, bool)):
        raise Rejection(RejectionKind.BAD_VALUE, f"event.seq={excerpt(seq)}")
    attributes = {
        key: value
        for key, value in raw.items()
        if len(key) <= _KEY_LIMIT
        and key.isprintable()
        and (value is None or isinstance(value, bool | int | float | str))
    }
    return Event(event_type, seq, dict(list(attributes.items())[:_ATTRIBUTE_LIMIT]))


def parse_result(payload: bytes) -> Result:
    """Return the answer to a command."""
    raw = json_object(payload, MESSAGE_LIMIT)
    correlation_id, ok = raw.get("correlation_id"), raw.get("ok")
    if not is_text(correlation_id, 64) or not isinstance(ok, bool):
        raise Rejection(RejectionKind.BAD_VALUE, f"result={excerpt(payload)}")
    reason, message, retry_ms = raw.get("reason"), raw.get("message"), raw.get("retry_ms")
    return Result(
        correlation_id,
        ok,
        reason if is_text(reason, 64) else None,
        message if is_text(message, 255) else None,
        retry_ms if isinstance(retry_ms, int) and 0 <= retry_ms <= _DAY_MS else None,
    )


def encode(message: dict[str, Any]) -> str:
    """Return a message as it goes out."""
    return orjson.dumps(message).decode()
