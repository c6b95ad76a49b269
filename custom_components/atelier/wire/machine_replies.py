"""What a machine's board is told: answers and requests of the Fab-O-matic protocol.

A board reads into 300 bytes, of which a reply's topic takes up to 19 and the packet's
head 5: a longer payload would make it drop its connection. Displays are ASCII,
16 characters wide.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final
import unicodedata

import orjson

REPLY_LIMIT: Final = 276
DISPLAY_WIDTH: Final = 16
#: Nine cards would not fit.
CACHE_LIMIT: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineReply:
    """Answer `checkmachine`; `logoff` and `grace` are minutes, `logoff` 0 is never.

    `at` is the time, which boards of the reference must not get: their memory is small.
    """

    request_ok: bool = True
    is_valid: bool = True
    maintenance: bool
    allowed: bool
    name: str
    logoff: int
    type: int
    grace: int
    description: str = ""
    at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardReply:
    """Answer `checkuser`; level 0 is nobody, 1 a member, 2 staff."""

    request_ok: bool = True
    is_valid: bool
    name: str
    missing_auth: bool = False
    level: int


@dataclass(frozen=True, slots=True)
class PlainReply:
    """Answer everything else."""

    request_ok: bool
    message: str = ""


@dataclass(frozen=True, slots=True)
class CachedCard:
    """Name a card that a board may let in while nobody answers."""

    uid: str
    level: int


@dataclass(frozen=True, slots=True)
class CacheReply:
    """Answer `synccache` with at most 8 cards."""

    cards: Sequence[CachedCard]


type Reply = MachineReply | CardReply | PlainReply | CacheReply


def encode(reply: Reply) -> bytes:
    """Return a reply as it goes to the board: ASCII JSON of at most 276 bytes."""
    if isinstance(reply, CacheReply):
        cards = [asdict(card) for card in reply.cards[:CACHE_LIMIT]]
        return orjson.dumps({"request_ok": True, "cards": cards})
    fields = asdict(reply)
    # A refusal's name is no person's, and never shown.
    if not isinstance(reply, PlainReply) and reply.is_valid:
        for key in fields.keys() & {"name", "description"}:
            fields[key] = on_display(fields[key])
    if isinstance(reply, MachineReply) and reply.at is None:
        del fields["at"]
    return orjson.dumps(fields)


#: What has no plain letter of its own by decomposition.
_PLAIN: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d"}
    | {"ð": "d", "þ": "th", "ł": "l", "Ł": "L", "\u0131": "i"}
    | {"\u2018": "'", "\u2019": "'", "\u2013": "-", "\u2014": "-"}
)


def on_display(text: str) -> str:
    """Return a text as a display can show it: ASCII, at most 16 characters."""
    if text.isascii() and text.isprintable():
        return text[:DISPLAY_WIDTH]
    # Decomposition grows a character eighteenfold at most; the rest of it is never shown.
    plain = unicodedata.normalize("NFKD", text[: 4 * DISPLAY_WIDTH].translate(_PLAIN))
    shown = (
        letter if " " <= letter <= "~" else "?"
        for letter in plain
        if not unicodedata.combining(letter)
    )
    return "".join(shown)[:DISPLAY_WIDTH]


class RequestType(StrEnum):
    """Name what a board can be asked to do."""

    START = "start"
    STOP = "stop"


def encode_request(request: RequestType, card: str) -> bytes:
    """Return a request: log a card in, or whoever is on out (`card` is only noted then)."""
    return orjson.dumps({"request_type": request, "uid": card})
