"""The check's story: a failing step is named with what was seen."""

import asyncio

import pytest

from rig.errors import SlowError
from rig.story import Story, StoryError


async def fine() -> str:
    """Return what was seen."""
    return "on after 0.1 s"


async def slow() -> str:
    """Take far too long."""
    await asyncio.sleep(60)
    return "never"


async def wrong() -> str:
    """Fail as a wait for a state does."""
    raise SlowError("sensor.coffin is blocked, not armed, after 10 s")


async def test_a_good_step_becomes_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    """The table shows step, expectation and what was seen."""
    story = Story()
    await story.tell("Somebody walks past", "motion is on", fine())

    row = capsys.readouterr().out
    assert row.startswith("ok")
    assert "Somebody walks past" in row
    assert "on after 0.1 s" in row


async def test_a_wrong_step_ends_the_story() -> None:
    """The error says which step it was and what was seen instead."""
    story = Story()
    with pytest.raises(StoryError, match=r"(?s)walks past.*motion is on.*is blocked, not armed"):
        await story.tell("Somebody walks past", "motion is on", wrong())
    assert [step.passed for step in story.steps] == [False]


async def test_no_step_lasts_for_ever() -> None:
    """A step that hangs fails."""
    with pytest.raises(StoryError, match="nothing within 0 s"):
        await Story().tell("Somebody walks past", "motion is on", slow(), timeout_s=0.05)
