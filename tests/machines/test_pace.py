"""Some pass at once, then one in a while."""

from custom_components.atelier.machines.pace import Pace


def test_some_pass_at_once_and_then_one_in_a_while() -> None:
    pace = Pace(at_once=3, every_s=10)
    assert [pace.wait_s(1, 100) for _ in range(5)] == [0, 0, 0, 10, 10]
    assert pace.wait_s(1, 109) == 1
    assert [pace.wait_s(1, 110) for _ in range(2)] == [0, 10]


def test_who_waited_longer_may_not_pass_more_often() -> None:
    pace = Pace(at_once=2, every_s=10)
    assert [pace.wait_s(1, at) for at in (0, 1000, 1000, 1000)] == [0, 0, 0, 10]


def test_each_has_a_pace_of_its_own() -> None:
    pace = Pace(at_once=1, every_s=10)
    assert [pace.wait_s(number, 0) for number in (1, 2, 1, 3)] == [0, 0, 10, 0]
