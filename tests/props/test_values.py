"""Current values: told when they change, and only then."""

from typing import Any

import pytest

from custom_components.atelier.props.values import Values
from custom_components.atelier.wire.rejection import Rejection, RejectionKind
from custom_components.atelier.wire.values import ValueSpec


def spec(key: str, **raw: Any) -> ValueSpec:
    """Return the description of a value."""
    return ValueSpec.of(key, raw)


class Section:
    """One section's values, with a notebook of what was told and rejected."""

    def __init__(self, *specs: ValueSpec) -> None:
        """Describe the values and watch them all."""
        self.rejected: list[Rejection] = []
        self.told: list[str] = []
        self.values = Values({one.key: one for one in specs}, self.rejected.append)
        for one in specs:
            self.values.watch((one.key,), lambda key=one.key: self.told.append(key))


@pytest.fixture
def section() -> Section:
    """Return a section with a number and a word."""
    return Section(spec("count", type="int", min=0, max=9), spec("word", type="text"))


def test_a_change_is_told_once(section: Section) -> None:
    for _ in range(3):
        section.values.update({"count": 1})
    assert section.told == ["count"]
    assert section.values.current == {"count": 1}


def test_one_message_may_change_several(section: Section) -> None:
    section.values.update({"count": 1, "word": "a"})
    section.values.update({"count": 1, "word": "b"})
    assert section.told == ["count", "word", "word"]


def test_null_means_unknown(section: Section) -> None:
    section.values.update({"count": 1})
    section.values.update({"count": None})
    assert section.values.current == {"count": None}
    assert section.told == ["count", "count"]


@pytest.mark.parametrize("misfit", [10, "1", [], {}, 1e300, True])
def test_a_misfit_leaves_the_value_and_the_others_alone(section: Section, misfit: Any) -> None:
    section.values.update({"count": 2, "word": "a"})
    section.values.update({"count": misfit, "word": "b"})
    assert section.values.current == {"count": 2, "word": "b"}
    assert [rejection.kind for rejection in section.rejected] == [RejectionKind.BAD_VALUE]


def test_what_nobody_described_is_rejected(section: Section) -> None:
    section.values.update({"later": 1})
    assert section.values.current == {}
    assert [rejection.kind for rejection in section.rejected] == [RejectionKind.UNKNOWN_KEY]


def test_a_value_described_otherwise_is_unknown_until_it_comes(section: Section) -> None:
    section.values.update({"count": 2, "word": "a"})
    section.values.describe(
        {"count": spec("count", type="text"), "word": spec("word", type="text")}
    )
    assert section.values.current == {"word": "a"}
    section.values.update({"count": "two"})
    assert section.values.current == {"word": "a", "count": "two"}


def test_a_watcher_of_several_values_may_leave(section: Section) -> None:
    told: list[int] = []
    end = section.values.watch(("count", "word"), lambda: told.append(1))
    section.values.update({"count": 1, "word": "a"})
    end()
    section.values.update({"count": 2, "word": "b"})
    assert told == [1, 1]


def test_a_watcher_may_come_while_another_is_called(section: Section) -> None:
    late: list[int] = []
    section.values.watch(
        ("count",), lambda: section.values.watch(("count",), lambda: late.append(1))
    )
    section.values.update({"count": 1})
    assert late == []
    section.values.update({"count": 2})
    assert late == [1]
