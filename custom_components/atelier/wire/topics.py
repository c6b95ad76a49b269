"""Topics: prefix, id and channel, validated by allow-list."""

from enum import StrEnum
import re
from typing import Final

from .rejection import Rejection, RejectionKind, excerpt

ID_PATTERN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
PREFIX_PATTERN: Final = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}(/[A-Za-z0-9][A-Za-z0-9_.-]{0,63}){0,3}"
)

#: Ids that are no device: ours, and those of the reference system's own services.
RESERVED_IDS: Final = frozenset({"atelier", "broadcast", "broker", "ui", "worker_host"})

#: The reserved id on which a workshop tests that it hears what it publishes.
PROBE_ID: Final = "atelier"


class Channel(StrEnum):
    """Name the topics below `<prefix>/<id>/`."""

    INFO = "info"
    AVAILABILITY = "availability"
    STATE = "state"
    TELEMETRY = "telemetry"
    SETTINGS = "settings"
    SETTINGS_SET = "settings/set"
    EVENT = "event"
    CMD = "cmd"
    RESULT = "result"
    UPDATE = "update"


def is_prefix(prefix: str) -> bool:
    """Tell whether a text can be a topic prefix: one to four plain levels."""
    return PREFIX_PATTERN.fullmatch(prefix) is not None


def overlap(one: str, other: str) -> bool:
    """Tell whether two prefixes share a branch of the bus."""
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


def split(topic: str, prefix: str) -> tuple[str, str]:
    """Return id and channel of a topic below a prefix; the id is a valid one."""
    device_id, slash, channel = topic[len(prefix) + 1 :].partition("/")
    if not slash or not channel:
        raise Rejection(RejectionKind.BAD_TOPIC, excerpt(topic))
    if ID_PATTERN.fullmatch(device_id) is None:
        raise Rejection(RejectionKind.BAD_ID, excerpt(device_id))
    return device_id, channel


def topic(prefix: str, device_id: str, channel: Channel) -> str:
    """Return the topic of a device's channel."""
    return f"{prefix}/{device_id}/{channel}"
