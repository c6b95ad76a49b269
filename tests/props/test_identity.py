"""Two boards with one id are told from one that is rebooted or replaced."""

import pytest

from custom_components.atelier.props.identity import WINDOW_S, Identity


@pytest.mark.parametrize(
    ("sightings", "doubled"),
    [
        ([("a", 0)], False),
        ([("a", 0), ("a", 5), ("a", 90)], False),  # reboots of one board
        ([("a", 0), ("b", 60)], False),  # a replacement
        ([("a", 0), ("b", 60), ("b", 120)], False),
        ([("a", 0), ("b", 5), ("a", 10)], True),  # two boards driving each other out
        ([("a", 0), ("b", 5), ("c", 10), ("a", 15)], True),
        ([("a", 0), ("b", 5), ("a", WINDOW_S + 1)], False),  # the old board was mended
    ],
)
def test_serials(sightings: list[tuple[str, float]], doubled: bool) -> None:
    identity = Identity()
    assert [identity.saw_serial(*sighting) for sighting in sightings][-1] is doubled


@pytest.mark.parametrize(
    ("sightings", "doubled"),
    [
        ([(10, 0), (15, 5), (20, 10)], False),  # one board, running on
        ([(100, 0), (104, 5), (113, 10)], False),  # a wavering clock
        ([(100, 0), (0, 5), (5, 10)], False),  # one reboot
        ([(100, 0), (0, 5), (110, 10)], True),  # two uptimes taking turns
        ([(1000, 0), (50, 5), (1010, 10), (60, 15)], True),
        ([(0, 0), (0, 60), (0, 120), (0, 180)], False),  # a board that boots again and again
        ([(100, 0), (0, 5), (WINDOW_S + 101, WINDOW_S + 1)], False),
    ],
)
def test_uptimes(sightings: list[tuple[float, float]], doubled: bool) -> None:
    identity = Identity()
    assert [identity.saw_uptime(*sighting) for sighting in sightings][-1] is doubled


def test_a_settled_quarrel_is_forgotten() -> None:
    identity = Identity()
    assert [identity.saw_serial(*one) for one in (("a", 0), ("b", 1), ("a", 2))][-1]
    identity.forget()
    assert not identity.saw_serial("b", 3)
