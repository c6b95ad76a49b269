"""The signed list: which cards a gate of ours lets in while the server is away.

docs/machine-board.md has its form. A card's id is not in it, only a mark that nobody makes
of it without the board's key, and another one in each list.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
import hashlib
import hmac
from typing import Final

import orjson

#: What a gate's memory takes of a list, in bytes.
LIST_LIMIT: Final = 2048
#: Left for cards by the signature, and by JSON with the longest numbers there can be.
_ROOM: Final = LIST_LIMIT - 65 - 128
#: A mark and a level; and a moment, where the right to come in ends before the list does.
_ENTRY: Final = 9
_ENDING: Final = 17
_MARK: Final = 8


@dataclass(frozen=True, slots=True)
class ListedCard:
    """Name a card of 8 lower-case hex digits, its level (1 to 3), and when its right ends."""

    card: str
    level: int
    #: Seconds since the epoch; None: not before the list ends.
    until: int | None = None


def fitting(cards: Iterable[ListedCard]) -> list[ListedCard]:
    """Return the first cards, as many as a list holds."""
    room = _ROOM
    held: list[ListedCard] = []
    for card in cards:
        room -= _ENTRY if card.until is None else _ENDING
        if room < 0:
            break
        held.append(card)
    return held


def encode_list(
    key: bytes,
    machine: str,
    *,
    serial: int,
    issued: int,
    expires: int,
    cards: Sequence[ListedCard],
) -> bytes:
    """Return a list as it goes to a board; times are seconds since the epoch.

    `machine` is the number as the board spells it; there may be no more cards than `fitting`
    returns.
    """
    body = orjson.dumps(
        {
            "machine": machine,
            "serial": serial,
            "issued": issued,
            "expires": expires,
            "cards": "".join(
                f"{_mark(key, serial, card.card)}{card.level}"
                for card in cards
                if card.until is None
            ),
            "ending": "".join(
                f"{_mark(key, serial, card.card)}{card.level}{card.until:08x}"
                for card in cards
                if card.until is not None
            ),
        }
    )
    return _sign(key, body).encode() + b"\n" + body


def _mark(key: bytes, serial: int, card: str) -> str:
    return _sign(key, f"card:{serial}:{card}".encode())[:_MARK]


def _sign(key: bytes, message: bytes) -> str:
    return hmac.new(key, message, hashlib.sha256).hexdigest()
