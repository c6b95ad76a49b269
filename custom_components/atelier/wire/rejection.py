"""What is wrong with a message: one kind for each reason, so that it can be counted."""

from enum import StrEnum


class RejectionKind(StrEnum):
    """Name the reasons for which something on the bus has no effect."""

    BAD_TOPIC = "bad_topic"
    BAD_ID = "bad_id"
    UNKNOWN_CHANNEL = "unknown_channel"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    BAD_VALUE = "bad_value"
    UNKNOWN_KEY = "unknown_key"
    UNKNOWN_STATE = "unknown_state"
    UNKNOWN_EVENT = "unknown_event"
    UNKNOWN_RESULT = "unknown_result"
    UNKNOWN_QUERY = "unknown_query"
    BAD_DESCRIPTION = "bad_description"
    RETAINED_COMMAND = "retained_command"
    TOO_MANY_PROPS = "too_many_props"
    TOO_MANY_ENTITIES = "too_many_entities"


class Rejection(Exception):
    """Say that a message, or a part of it, has no effect."""

    def __init__(self, kind: RejectionKind, detail: str = "") -> None:
        """Keep the kind, and a detail that is short enough for a log line."""
        super().__init__(f"{kind}: {detail}" if detail else str(kind))
        self.kind = kind
        self.detail = detail


def excerpt(raw: object, length: int = 80) -> str:
    """Show the beginning of something foreign on one line, control characters escaped."""
    if isinstance(raw, (str, bytes)):
        raw = raw[: length + 1]  # never build the repr of a megabyte
    shown = ascii(raw)
    return shown if len(shown) <= length else f"{shown[: length - 1]}…"
