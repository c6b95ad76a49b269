"""What is old, and when it is forgotten, whatever the wall clock says; on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from forge.app import Forge
from forge.boot import boot_id, since_boot_s
from forge.jobs import ages, events, tidy
from forge.jobs.rows import EventRow, JobRow
from forge.jobs.states import Slot, State
from forge.store.base import now
from tests.forge import kinds

assert kinds

_DAY = timedelta(days=1)
_YEARS = timedelta(days=3650)


class Clocks:
    """The clocks of a host: time passes by all, and the one on the wall may be wrong."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Begin where the real ones are."""
        self._boot, self._since, self._wall = boot_id(), since_boot_s(), now()
        monkeypatch.setattr(ages, "boot_id", lambda: self._boot)
        monkeypatch.setattr(ages, "since_boot_s", lambda: self._since)
        monkeypatch.setattr(ages, "now", lambda: self._wall)

    def pass_(self, time: timedelta) -> None:
        """Let time pass."""
        self._since += time.total_seconds()
        self._wall += time

    def jump(self, time: timedelta) -> None:
        """Set the clock on the wall, as time servers do."""
        self._wall += time

    def boot(self, off: timedelta) -> None:
        """Start the host again, after it was off for a while."""
        self._boot, self._since = str(uuid4()), 20.0
        self._wall += off


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    """Let time pass as a test wants."""
    return Clocks(monkeypatch)


@pytest.fixture
def end(forge: Forge) -> Callable[..., str]:
    """Return how a job comes to its end; a wall clock says when."""

    def end(at: datetime | None = None) -> str:
        job_id = uuid4().hex
        row = JobRow(
            id=job_id,
            kind="forge.tidy",
            slot=Slot.HERE,
            state=State.DONE,
            params={},
            finished_at=at or now(),
        )
        with forge.store.write() as session:
            session.add(row)
        return job_id

    return end


def old(forge: Forge, days: int = 90) -> list[str]:
    """Return what a look around finds to be old."""
    with forge.store.write() as session:
        ages.count(session)
        return ages.older(session, days)


@pytest.mark.parametrize(
    "wall", [None, now() - _YEARS, now() + _YEARS, datetime(1970, 1, 1, tzinfo=UTC)]
)
def test_a_job_is_old_when_so_many_days_have_passed(
    forge: Forge, clocks: Clocks, end: Callable[..., str], wall: datetime | None
) -> None:
    job = end(wall)
    assert old(forge) == []
    clocks.pass_(90 * _DAY - timedelta(hours=1))
    assert old(forge) == []
    later = end(wall)
    clocks.pass_(timedelta(hours=1))
    assert old(forge) == [job]
    assert set(old(forge, days=0)) == {job, later}


def test_a_clock_that_jumps_makes_nothing_old(
    forge: Forge, clocks: Clocks, end: Callable[..., str]
) -> None:
    end()
    assert old(forge) == []
    for jump in (_YEARS, -2 * _YEARS, 3 * _YEARS, -_YEARS):
        clocks.jump(jump)
        assert old(forge, days=1) == []


def test_a_restart_counts_as_one_day_at_most(
    forge: Forge, clocks: Clocks, end: Callable[..., str]
) -> None:
    job = end()
    assert old(forge) == []
    # It was off for long; or it has no clock of its own, and time came late.
    for off in (_YEARS, -_YEARS, timedelta(hours=12), _YEARS):
        clocks.boot(off)
        assert old(forge, days=3) == []
    clocks.pass_(timedelta(hours=11))
    assert old(forge, days=3) == []
    clocks.pass_(timedelta(hours=1))
    assert old(forge, days=3) == [job]


def test_it_is_due_when_something_is_old_and_nobody_was_asked(
    forge: Forge, clocks: Clocks, end: Callable[..., str]
) -> None:
    assert not tidy.is_due(forge.store, forge.settings)
    end()
    assert not tidy.is_due(forge.store, forge.settings)
    clocks.pass_(91 * _DAY)
    assert tidy.is_due(forge.store, forge.settings)
    asked = forge.jobs.submit("forge.tidy", {})
    assert not tidy.is_due(forge.store, forge.settings)
    forge.jobs.cancel(asked.id)
    assert tidy.is_due(forge.store, forge.settings)


def test_it_is_due_when_there_are_too_many_events(
    forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "KEPT", 3)
    for _ in range(3):
        with forge.store.write() as session:
            events.record(session, "test", {})
    assert not tidy.is_due(forge.store, forge.settings)
    with forge.store.write() as session:
        events.record(session, "test", {})
    assert tidy.is_due(forge.store, forge.settings)
    with forge.store.write() as session:
        events.forget(session)
        assert session.scalar(sa.select(sa.func.count()).select_from(EventRow)) == 3
    assert not tidy.is_due(forge.store, forge.settings)


def test_it_is_due_when_a_killed_job_left_its_work(forge: Forge) -> None:
    work = forge.settings.data_dir / "work"
    job = forge.jobs.submit("test.once", {"trace": "-"})
    for name in (job.id, "upload-of-somebody"):
        (work / name).mkdir(parents=True)
    assert not tidy.is_due(forge.store, forge.settings)
    forge.jobs.cancel(job.id)
    assert tidy.is_due(forge.store, forge.settings)
    (work / job.id).rmdir()
    assert not tidy.is_due(forge.store, forge.settings)
    (work / uuid4().hex).mkdir()
    assert tidy.is_due(forge.store, forge.settings)
