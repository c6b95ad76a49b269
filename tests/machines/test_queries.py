"""What boards say is read, and what no board says has no effect."""

from typing import Any

from hypothesis import given, strategies as st
import orjson
import pytest

from custom_components.atelier.wire.machine_replies import (
    REPLY_LIMIT,
    CachedCard,
    CacheReply,
    CardReply,
    MachineReply,
    RequestType,
    encode,
    encode_request,
    on_display,
)
from custom_components.atelier.wire.machines import (
    Alive,
    CheckMachine,
    CheckUser,
    InUse,
    Maintenance,
    StartUse,
    StopUse,
    SyncCache,
    parse_query,
    parse_topic,
)
from custom_components.atelier.wire.rejection import Rejection, RejectionKind

SAID = [
    (b'{"action":"checkmachine"}', CheckMachine()),
    (b'{"action":"synccache"}', SyncCache()),
    (b'{"action":"checkuser","uid":"AABBCCDD"}', CheckUser("aabbccdd")),
    (b'{"action":"startuse", "uid":"aabbccdd"}', StartUse(card="aabbccdd")),
    (
        b'{"action":"startuse", "uid":"aabbccdd", "replay":true}',
        StartUse(card="aabbccdd", replay=True),
    ),
    (
        b'{"action":"startuse","uid":"aabbccdd","id":"7f-12","at":1700000000}',
        StartUse(card="aabbccdd", id="7f-12", at=1.7e9),
    ),
    (
        b'{"action":"stopuse", "uid":"aabbccdd","duration":5400}',
        StopUse(card="aabbccdd", duration=5400),
    ),
    (b'{"action":"inuse","uid":"aabbccdd","duration":-3}', InUse(card="aabbccdd", duration=-3)),
    (b'{"action":"maintenance", "uid":"aabbccdd"}', Maintenance(card="aabbccdd")),
    (
        b'{"action":"alive","version":"rev0-it_IT,1.0.1","ip":"10.0.0.7","serial":"dcda","heap":"21"}',
        Alive(version="rev0-it_IT,1.0.1", ip="10.0.0.7", serial="dcda", heap=21),
    ),
    (
        b'{"action":"alive","version":"0.6.0","ip":"10.0.0.7"}',
        Alive(version="0.6.0", ip="10.0.0.7"),
    ),
]


@pytest.mark.parametrize(("payload", "query"), SAID)
def test_what_boards_say_is_understood(payload: bytes, query: Any) -> None:
    assert parse_query(payload) == query


NONSENSE = [
    (b"", RejectionKind.EMPTY),
    (b"5", RejectionKind.NOT_AN_OBJECT),
    (b"null", RejectionKind.NOT_AN_OBJECT),
    (b'["action"]', RejectionKind.NOT_AN_OBJECT),
    (b'"checkmachine"', RejectionKind.NOT_AN_OBJECT),
    (b"{", RejectionKind.NOT_JSON),
    (b"{'action':'alive'}", RejectionKind.NOT_JSON),
    (b'{"action":"inuse","uid":"aabbccdd","duration":NaN}', RejectionKind.NOT_JSON),
    (b"\xff\xfe{}", RejectionKind.NOT_UTF8),
    (b'{"action":"\xc3"}', RejectionKind.NOT_UTF8),
    (b"[" * 1025, RejectionKind.TOO_LARGE),
    (b"{}", RejectionKind.UNKNOWN_QUERY),
    (b'{"action":null}', RejectionKind.UNKNOWN_QUERY),
    (b'{"action":5}', RejectionKind.UNKNOWN_QUERY),
    (b'{"action":["alive"]}', RejectionKind.UNKNOWN_QUERY),
    (b'{"action":"ALIVE"}', RejectionKind.UNKNOWN_QUERY),
    (b'{"action":"reboot"}', RejectionKind.UNKNOWN_QUERY),
    (b'{"action":"alive"}', RejectionKind.BAD_VALUE),
    (b'{"action":"alive","version":1,"ip":"x"}', RejectionKind.BAD_VALUE),
    (b'{"action":"alive","version":"a\\u0000","ip":"x"}', RejectionKind.BAD_VALUE),
    (b'{"action":"alive","version":"1","ip":"x","heap":"lots"}', RejectionKind.BAD_VALUE),
    (b'{"action":"alive","version":"1","ip":"x","heap":1e9}', RejectionKind.BAD_VALUE),
    (b'{"action":"alive","version":"1","ip":"x","heap":"-1"}', RejectionKind.BAD_VALUE),
    (b'{"action":"checkuser"}', RejectionKind.BAD_VALUE),
    (b'{"action":"checkuser","uid":null}', RejectionKind.BAD_VALUE),
    (b'{"action":"checkuser","uid":12345678}', RejectionKind.BAD_VALUE),
    (b'{"action":"checkuser","uid":"aabbccd"}', RejectionKind.BAD_VALUE),
    (b'{"action":"checkuser","uid":"aabbccddee"}', RejectionKind.BAD_VALUE),
    (b'{"action":"checkuser","uid":"aabbccdg"}', RejectionKind.BAD_VALUE),
    (b'{"action":"checkuser","uid":"\' OR 1=1"}', RejectionKind.BAD_VALUE),
    ('{"action":"checkuser","uid":"١٢٣٤٥٦٧٨"}'.encode(), RejectionKind.BAD_VALUE),
    (b'{"action":"startuse"}', RejectionKind.BAD_VALUE),
    (b'{"action":"startuse","uid":"aabbccdd","replay":1}', RejectionKind.BAD_VALUE),
    (b'{"action":"startuse","uid":"aabbccdd","replay":"true"}', RejectionKind.BAD_VALUE),
    (b'{"action":"startuse","uid":"aabbccdd","id":5}', RejectionKind.BAD_VALUE),
    (b'{"action":"startuse","uid":"aabbccdd","at":"now"}', RejectionKind.BAD_VALUE),
    (b'{"action":"startuse","uid":"aabbccdd","at":true}', RejectionKind.BAD_VALUE),
    (b'{"action":"inuse","uid":"aabbccdd"}', RejectionKind.BAD_VALUE),
    (b'{"action":"inuse","uid":"aabbccdd","duration":null}', RejectionKind.BAD_VALUE),
    (b'{"action":"inuse","uid":"aabbccdd","duration":"12"}', RejectionKind.BAD_VALUE),
    (b'{"action":"stopuse","uid":"aabbccdd","duration":true}', RejectionKind.BAD_VALUE),
    (b'{"action":"stopuse","uid":"aabbccdd","duration":1e300}', RejectionKind.BAD_VALUE),
    (b'{"action":"stopuse","uid":"aabbccdd","duration":[1]}', RejectionKind.BAD_VALUE),
    (b'{"action":"stopuse","duration":1}', RejectionKind.BAD_VALUE),
    (b'{"action":"maintenance"}', RejectionKind.BAD_VALUE),
]


@pytest.mark.parametrize(("payload", "kind"), NONSENSE)
def test_what_no_board_says_is_rejected(payload: bytes, kind: RejectionKind) -> None:
    with pytest.raises(Rejection) as raised:
        parse_query(payload)
    assert raised.value.kind is kind


@pytest.mark.parametrize(
    "payload",
    [b'{"action":"checkuser","uid":"aabbccdd00"}', b"{'uid':'aabbccdd'}", b'"aabbccdd"'],
)
def test_a_rejection_does_not_show_a_card(payload: bytes) -> None:
    with pytest.raises(Rejection) as raised:
        parse_query(payload)
    assert "aabbccdd" not in str(raised.value)


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_rejected(payload: bytes) -> None:
    try:
        parse_query(payload)
    except Rejection:
        return


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
_KEYS = ["uid", "duration", "replay", "id", "at", "version", "ip", "serial", "heap"]
_ACTIONS = [str(orjson.loads(payload)["action"]) for payload, _ in SAID]


@given(
    st.sampled_from(_ACTIONS),
    st.dictionaries(st.sampled_from(_KEYS), _JSON | st.just("aabbccdd"), max_size=6),
)
def test_any_fields_are_read_or_rejected(action: str, fields: dict[str, Any]) -> None:
    try:
        parse_query(orjson.dumps({"action": action} | fields))
    except Rejection:
        return


@pytest.mark.parametrize("topic", ["machine/1", "machine/01", "MACHINE/00001", "machine/65535"])
def test_a_board_is_answered_where_it_listens(topic: str) -> None:
    address = parse_topic(topic)
    assert address.number == int(topic.partition("/")[2])
    assert (address.reply, address.request) == (f"{topic}/reply", f"{topic}/request")


OTHER_TOPICS = [
    *("machine", "machine/", "machine/x", "machine/-1", "machine/1.0", "machine/\u0661"),
    *("machine/1/reply", "machine/1/request", "machine/65536", "machine/000001", "machine//1"),
    *("stats/1", "/machine/1", ""),
]


@pytest.mark.parametrize("topic", OTHER_TOPICS)
def test_other_topics_are_no_boards(topic: str) -> None:
    with pytest.raises(Rejection):
        parse_topic(topic)


@given(st.text(max_size=80), st.text(max_size=80), st.integers(0, 65_535), st.integers(1, 2**31))
def test_no_answer_is_too_long_for_a_board(name: str, text: str, minutes: int, type_: int) -> None:
    machine = MachineReply(
        maintenance=False,
        allowed=False,
        name=name,
        logoff=minutes,
        type=type_,
        grace=minutes,
        description=text,
    )
    card = CardReply(is_valid=True, name=name, level=2)
    cache = CacheReply([CachedCard("aabbccdd", 1)] * 20)
    for reply in (machine, card, cache):
        encoded = encode(reply)
        assert len(encoded) <= REPLY_LIMIT
        assert encoded.isascii()
        assert orjson.loads(encoded)["request_ok"] is True


def test_a_cache_holds_eight_cards() -> None:
    cache = CacheReply([CachedCard(f"aabbccd{number:x}", 2) for number in range(9)])
    assert len(orjson.loads(encode(cache))["cards"]) == 8


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("LASER1", "LASER1"),
        ("Fräse à côté №5", "Frase a cote No5"),
        ("Łukasz Größe", "Lukasz Grosse"),
        ("a\tb\x00", "a?b?"),
        ("激光", "??"),
        ("0123456789abcdefgh", "0123456789abcdef"),
        ("", ""),
    ],
)
def test_a_display_shows_ascii(text: str, shown: str) -> None:
    assert on_display(text) == shown


def test_requests_are_spelled_as_boards_read_them() -> None:
    request = orjson.loads(encode_request(RequestType.START, "aabbccdd"))
    assert request == {"request_type": "start", "uid": "aabbccdd"}
    assert orjson.loads(encode_request(RequestType.STOP, "00000000"))["request_type"] == "stop"
