"""Topics: only what is on the allow-list passes."""

import pytest

from custom_components.atelier.wire.rejection import Rejection, RejectionKind
from custom_components.atelier.wire.topics import (
    Channel,
    is_prefix,
    overlap,
    split,
    topic,
)


@pytest.mark.parametrize(
    ("heard", "prefix", "expected"),
    [
        ("props/coffin-1/state", "props", ("coffin-1", "state")),
        ("props/C_1/settings/set", "props", ("C_1", "settings/set")),
        ("halloween/x/telemetry/hue/state", "halloween", ("x", "telemetry/hue/state")),
        ("house/cellar/props/a/info", "house/cellar/props", ("a", "info")),
        ("props/" + "a" * 64 + "/info", "props", ("a" * 64, "info")),
        ("props/a//", "props", ("a", "/")),
    ],
)
def test_a_topic_is_split_into_id_and_channel(
    heard: str, prefix: str, expected: tuple[str, str]
) -> None:
    assert split(heard, prefix) == expected


@pytest.mark.parametrize("heard", ["props", "props/", "props/a", "props/a/"])
def test_a_topic_without_a_channel_is_rejected(heard: str) -> None:
    with pytest.raises(Rejection) as rejected:
        split(heard, "props")
    assert rejected.value.kind is RejectionKind.BAD_TOPIC


@pytest.mark.parametrize(
    "device_id",
    ["", "..", "-a", "_a", "a b", "+", "#", "a+", "a#", "bär", "a.b", "a\n", "a\x00", "a" * 65],
)
def test_an_id_that_is_no_id_is_rejected(device_id: str) -> None:
    with pytest.raises(Rejection) as rejected:
        split(f"props/{device_id}/state", "props")
    assert rejected.value.kind is RejectionKind.BAD_ID


@pytest.mark.parametrize(
    ("prefix", "good"),
    [
        ("props", True),
        ("a/b/c/d", True),
        ("my.house/props_2-x", True),
        ("a/b/c/d/e", False),
        ("", False),
        ("/props", False),
        ("props/", False),
        ("a//b", False),
        ("props/#", False),
        ("+/props", False),
        ("$SYS", False),
        ("prüps", False),
        ("my props", False),
        ("props\n", False),
        ("../props", False),
        ("a" * 65, False),
    ],
)
def test_a_prefix_is_one_to_four_plain_levels(prefix: str, good: bool) -> None:
    assert is_prefix(prefix) is good


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("props", "props", True),
        ("props", "props/cellar", True),
        ("props/cellar", "props", True),
        ("props", "props2", False),
        ("a/b", "a/c", False),
    ],
)
def test_prefixes_overlap_where_they_share_a_branch(one: str, other: str, expected: bool) -> None:
    assert overlap(one, other) is expected


def test_topics_are_put_together_as_they_are_split() -> None:
    assert topic("props", "a", Channel.SETTINGS_SET) == "props/a/settings/set"
    for channel in Channel:
        assert split(topic("x/y", "a", channel), "x/y") == ("a", channel)
