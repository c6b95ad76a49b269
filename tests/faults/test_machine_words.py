"""Whatever is said to, and in the name of, a makerspace: counted, and without effect."""

import asyncio
import json
from typing import Any, Final

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
import pytest

from rig.ports import LOOPBACK

from .shop import ANNA, Shop, talks

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

_UID: Final = f'"uid": "{ANNA}"'.encode()

PAYLOADS: Final = {
    "empty": b"",
    "one megabyte": b"x" * 1_000_000,
    "one megabyte of JSON": b'{"action": "' + b"x" * 1_000_000 + b'"}',
    "not UTF-8": b"\xff\xfe\x00\x80",
    "not JSON": b"{action: checkuser",
    "cut off": b'{"action":"checkuser","uid":"aabb',
    "an array": b'["checkmachine"]',
    "a number": b"42",
    "null": b"null",
    "a text": b'"checkmachine"',
    "deep nesting": b'{"action": ' + b"[" * 3000 + b"]" * 3000 + b"}",
    "no action": b"{" + _UID + b"}",
    "no known action": b'{"action": "dance"}',
    "an action that is none": b'{"action": {"a": 1}}',
    "null for an action": b'{"action": null}',
    "an action in capitals": b'{"action": "CHECKMACHINE"}',
    "no card": b'{"action": "checkuser"}',
    "null for a card": b'{"action": "checkuser", "uid": null}',
    "a number for a card": b'{"action": "checkuser", "uid": 12345678}',
    "a short card": b'{"action": "checkuser", "uid": "aabb"}',
    "a long card": b'{"action": "checkuser", "uid": "' + b"a" * 64 + b'"}',
    "no hex": b'{"action": "checkuser", "uid": "zzzzzzzz"}',
    "SQL": b'{"action": "checkuser", "uid": "\'; DROP TABLE members; --"}',
    "no duration": b'{"action": "stopuse", ' + _UID + b"}",
    "a text for a duration": b'{"action": "stopuse", "duration": "60", ' + _UID + b"}",
    "true for a duration": b'{"action": "inuse", "duration": true, ' + _UID + b"}",
    "NaN": b'{"action": "inuse", "duration": NaN, ' + _UID + b"}",
    "infinity": b'{"action": "inuse", "duration": 1e999, ' + _UID + b"}",
    "a huge duration": b'{"action": "inuse", "duration": 1e300, ' + _UID + b"}",
    "a text for replay": b'{"action": "startuse", "replay": "yes", ' + _UID + b"}",
    "a list for an id": b'{"action": "startuse", "id": [1], ' + _UID + b"}",
    "an id without an end": b'{"action": "startuse", "id": "' + b"i" * 900 + b'", ' + _UID + b"}",
    "a text for a time": b'{"action": "startuse", "at": "now", ' + _UID + b"}",
    "nobody's version": b'{"action": "alive", "ip": "1"}',
    "a heap below nothing": b'{"action": "alive", "version": "1", "ip": "1", "heap": -1}',
    "a heap beyond all": b'{"action": "alive", "version": "1", "ip": "1", "heap": 1e30}',
    "control characters": b'{"action": "alive", "version": "\\u0000\\u0007", "ip": "1"}',
}
TOPICS: Final = (
    "machine",
    "machine/",
    "machine//",
    "machine/x",
    "machine/-7",
    "machine/7.0",
    "machine/ 7",
    "machine/7 ",
    "machine/\N{ARABIC-INDIC DIGIT SEVEN}",
    "machine/65536",
    "machine/" + "7" * 500,
    "machine/7/",
    "machine/7/reply/",
    "machine/7/alive",
    "Machine/7",
)
#: What a board is told, forged by somebody who may publish.
REPLIES: Final = (
    b'{"request_ok": true, "is_valid": true, "name": "X", "missing_auth": false, "level": 3}',
    b'{"request_ok": true, "message": ""}',
    b'{"request_ok": false, "message": "Invalid machine ID"}',
    b'{"action": "startuse", ' + _UID + b"}",
    b"\xff",
)


class Stranger:
    """Publish anything anywhere."""

    def __init__(self, port: int) -> None:
        """Connect."""
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.connect(LOOPBACK, port)
        self._client.loop_start()

    def says(self, topic: str, payload: bytes) -> None:
        """Publish, and wait until the broker has it."""
        self._client.publish(topic, payload, 1).wait_for_publish(10)

    def leaves(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def stranger(shop: Shop) -> Any:
    """Return somebody who publishes what no board would."""
    stranger = Stranger(shop.broker.port)
    yield stranger
    stranger.leaves()


async def known(shop: Shop) -> dict[str, Any]:
    """Return what must not change."""
    listed = await shop.act("list_machines")
    return {
        "entities": sorted(await shop.hass.entities()),
        "uses": await shop.uses(),
        "members": await shop.act("list_members"),
        "unknown_boards": listed["unknown_boards"],
        "state": [(one["id"], one["state"], one["member_id"]) for one in listed["machines"]],
        "cards": await shop.act("list_unknown_cards"),
    }


async def counted(shop: Shop) -> dict[str, int]:
    """Return how much was rejected, by kind."""
    rejected: dict[str, int] = (await shop.diagnostics())["makerspace"]["rejected"]
    return rejected


async def test_bad_words_change_nothing_and_deafen_nobody(shop: Shop, stranger: Stranger) -> None:
    async with shop.board() as board:
        await talks(board)
        assert await board.tap(ANNA)
        await shop.shows("in_use")
        before, rejected = await known(shop), sum((await counted(shop)).values())
        for number, payload in enumerate(PAYLOADS.values(), 1):
            stranger.says("machine/7", payload)
            assert await board.check_machine()  # it is heard, after each
            assert sum((await counted(shop)).values()) == rejected + number, payload[:60]
        after = await known(shop)
        assert _still(after) == _still(before)
        assert not await board.tap(ANNA)
        await shop.shows("free")
    assert shop.complaints() == []


async def test_odd_topics_make_no_machine(shop: Shop, stranger: Stranger) -> None:
    async with shop.board() as board:
        await talks(board)
        before = await known(shop)
        for topic in TOPICS:
            for payload in (b'{"action":"checkmachine"}', PAYLOADS["not JSON"], b""):
                stranger.says(topic, payload)
        assert await board.check_machine()
        assert await known(shop) == before
    assert (await counted(shop))["bad_id"] >= 5
    assert shop.complaints() == []


async def test_forged_replies_change_nothing_here(shop: Shop, stranger: Stranger) -> None:
    async with shop.board() as board:
        await talks(board)
        before, rejected = await known(shop), await counted(shop)
        for payload in (*REPLIES, *PAYLOADS.values()):
            for word in ("reply", "request"):
                if len(payload) < 200:  # a real board's buffer would not hold more
                    stranger.says(f"machine/8/{word}", payload)
                    stranger.says(f"machine/99/{word}", payload)
        assert await board.check_machine()
        assert await known(shop) == before
        assert await counted(shop) == rejected
    assert shop.complaints() == []


async def test_a_forged_answer_lets_nobody_in_for_longer_than_the_next(
    shop: Shop, stranger: Stranger
) -> None:
    """Who may publish can fool a board of the reference; what is counted is the truth here."""
    nobody = "12ab34cd"
    async with shop.board() as board:
        await talks(board)
        for _ in range(3):
            stranger.says("machine/7/reply", REPLIES[0])
        await asyncio.sleep(0.2)
        assert not await board.tap(nobody)
        assert len(board.link.unasked) >= 3
    async with asyncio.timeout(10):  # it is written behind the answer's back
        while not (await shop.act("list_unknown_cards", search=nobody))["cards"]:
            await asyncio.sleep(0.1)
    assert json.dumps(await shop.uses()).count(nobody) == 0


def _still(facts: dict[str, Any]) -> dict[str, Any]:
    """Return what a use that goes on does not change."""
    uses = [{**one, "hours": 0, "last_seen": None} for one in facts["uses"]]
    return facts | {"uses": uses}
