"""The signed list: its signature, its marks, and how much of it a board's memory takes."""

import hashlib
import hmac
import json

import pytest

from custom_components.atelier.wire.signed_list import (
    LIST_LIMIT,
    ListedCard,
    encode_list,
    fitting,
)

KEY = bytes(range(32))
UMA, SAM = "04030201", "d4c3b2a1"


def encoded(*cards: ListedCard, key: bytes = KEY, serial: int = 12, machine: str = "7") -> bytes:
    """Return a list that counts for a day."""
    return encode_list(
        key, machine, serial=serial, issued=1767225600, expires=1767312000, cards=cards
    )


def mark(card: str, serial: int = 12) -> str:
    """Return a card's mark, worked out as docs/machine-board.md says."""
    return hmac.new(KEY, f"card:{serial}:{card}".encode(), hashlib.sha256).hexdigest()[:8]


def test_a_list_is_signed_and_complete() -> None:
    text = encoded(ListedCard(UMA, 1), ListedCard(SAM, 2, until=1767230000))
    signature, body = text.split(b"\n", 1)
    assert signature.decode() == hmac.new(KEY, body, hashlib.sha256).hexdigest()
    assert json.loads(body) == {
        "machine": "7",
        "serial": 12,
        "issued": 1767225600,
        "expires": 1767312000,
        "cards": f"{mark(UMA)}1",
        "ending": f"{mark(SAM)}2{1767230000:08x}",
    }


def test_no_card_can_be_read_in_a_list() -> None:
    assert UMA.encode() not in encoded(ListedCard(UMA, 1))


@pytest.mark.parametrize("other", [{"serial": 13}, {"key": bytes(32)}])
def test_each_list_and_each_board_has_other_marks(other: dict[str, object]) -> None:
    one = json.loads(encoded(ListedCard(UMA, 1)).split(b"\n")[1])["cards"]
    another = json.loads(encoded(ListedCard(UMA, 1), **other).split(b"\n")[1])["cards"]  # type: ignore[arg-type]  # one of two fields
    assert one != another


@pytest.mark.parametrize(("until", "count"), [(None, 206), (2**32 - 1, 109)])
def test_as_many_cards_fit_as_a_board_can_hold(until: int | None, count: int) -> None:
    cards = [ListedCard(f"{number:08x}", 1, until) for number in range(500)]
    held = fitting(cards)
    assert held == cards[:count]
    longest = {"serial": 2**40, "issued": 2**40, "expires": 2**40}
    assert len(encode_list(KEY, "65535", cards=held, **longest)) <= LIST_LIMIT
