"""The demo's makerspace on paper: who may what, and a past that could have been."""

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from rig.makers import LEFT, VALID_DAYS, Machine, demo_makers
from rig.past import Past, past_of

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=ZoneInfo("Europe/Copenhagen"))


@pytest.fixture(params=["en", "it"])
def language(request: pytest.FixtureRequest) -> str:
    """Tell it in each language."""
    return str(request.param)


def pasts(language: str) -> list[tuple[Machine, Past]]:
    """Return each machine with its past."""
    makers = demo_makers(language)
    past = past_of(makers, NOW)
    return [(machine, past[machine.number]) for machine in makers.machines]


def test_displays_have_room_for_what_machines_are_called(language: str) -> None:
    """A board's rows hold 16 characters of ASCII."""
    for machine in demo_makers(language).machines:
        for text in (machine.name, machine.care_lcd):
            assert len(text) <= 16
            assert text.isascii()


def test_everybody_has_a_card_of_their_own(language: str) -> None:
    """And so has nobody."""
    cards = demo_makers(language).cards()
    assert len(set(cards.values())) == len(cards) == 5
    assert all(len(bytes.fromhex(card)) == 4 for card in cards.values())


def test_the_past_is_the_same_each_time(language: str) -> None:
    """Pictures of the demo can be compared."""
    assert pasts(language) == pasts(language)


def test_no_machine_was_used_twice_at_once(language: str) -> None:
    """Nor in the future, nor on Mondays."""
    for _, past in pasts(language):
        assert len(past.uses) > 30
        assert all(one.end <= other.start for one, other in pairwise(past.uses))
        assert past.uses[-1].end < NOW
        assert all(use.start < use.end for use in past.uses)
        assert not any(use.start.weekday() == 0 for use in past.uses)


def test_nobody_was_at_two_machines_at_once(language: str) -> None:
    """However much there was to do."""
    (_, laser), (_, drill) = pasts(language)
    for one in laser.uses:
        for other in drill.uses:
            apart = one.end <= other.start or other.end <= one.start
            assert apart or one.maker != other.maker


def test_the_laser_needs_care_in_three_minutes(language: str) -> None:
    """And the drill has many hours left."""
    for machine, past in pasts(language):
        used = sum(use.hours for use in past.uses if use.start > past.cared)
        assert used == pytest.approx(machine.care_h - machine.left_h)
    assert demo_makers(language).machines[0].left_h * 60 == LEFT / timedelta(minutes=1) == 3


def test_who_has_not_learnt_it_never_used_the_laser(language: str) -> None:
    """Who has forgotten it did not use it since."""
    (_, laser), (_, drill) = pasts(language)
    users = {use.maker.key for use in laser.uses}
    assert users == {"ada", "sam", "noa"}
    assert {use.maker.key for use in drill.uses} == {"ada", "sam", "leo", "noa"}
    noa = next(use.maker for use in laser.uses if use.maker.key == "noa")
    assert noa.trained is not None
    lapsed = NOW - noa.trained + timedelta(days=VALID_DAYS)
    assert max(use.start for use in laser.uses if use.maker is noa) < lapsed < NOW


def test_a_new_makerspace_has_no_past() -> None:
    """Its machines were cared for just now."""
    makers = demo_makers("en", weeks=0)
    assert past_of(makers, NOW) == dict.fromkeys((1, 2), Past(uses=(), cared=NOW))
