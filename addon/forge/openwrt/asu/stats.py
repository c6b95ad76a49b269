"""What OpenWrt's own build server tells of itself in figures, counted from the builds here."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
import re
from typing import Final

from pydantic import BaseModel
import sqlalchemy as sa

from forge.jobs.rows import JobRow
from forge.jobs.states import State
from forge.openwrt.asu.changes import branch_of
from forge.openwrt.rows import BuildRow
from forge.store.base import now
from forge.store.engine import Store

DAYS: Final = 30
WEEKS: Final = 26
_LONGEST: Final = 200
_JOB_ID: Final = re.compile(r"\b[0-9a-f]{32,64}\b")


class Dataset(BaseModel):
    """A curve."""

    label: str
    data: list[int]
    color: str | None = None


class Curves(BaseModel):
    """Curves over the same days."""

    labels: list[str]
    datasets: list[Dataset]


class PackageCount(BaseModel):
    """How many images were to hold a package."""

    name: str
    count: int


class TopPackages(BaseModel):
    """The packages that were asked for most."""

    packages: list[PackageCount]
    branch: str | None
    days: int = DAYS


class Queue(BaseModel):
    """How many requests wait."""

    queue_length: int


class Summary(Queue):
    """The last day."""

    builds_24h: int
    cache_hits_24h: int
    failures_24h: int


class Stats:
    """Counts builds: those that were begun, found to be built before, and failed."""

    def __init__(self, store: Store) -> None:
        """Count what is in this store."""
        self._store = store

    def queue(self) -> Queue:
        """Return how many builds wait."""
        with self._store.read() as session:
            waiting = session.scalar(
                sa.select(sa.func.count())
                .select_from(BuildRow)
                .join(JobRow, JobRow.id == BuildRow.id)
                .where(JobRow.state == State.QUEUED)
            )
        return Queue(queue_length=waiting or 0)

    def summary(self) -> Summary:
        """Return the figures of the last day."""
        rows = list(self._since(now() - timedelta(days=1)))
        return Summary(
            queue_length=self.queue().queue_length,
            builds_24h=len(rows),
            cache_hits_24h=sum(hit for _, _, hit, _ in rows),
            failures_24h=sum(state == State.FAILED for *_, state in rows),
        )

    def per_day(self) -> Curves:
        """Return requests, hits and failures of the last thirty days."""
        start, labels = _days(DAYS, 1)
        curves = [
            Dataset(label="Requests", color="green", data=[0] * DAYS),
            Dataset(label="Cache-Hits", color="orange", data=[0] * DAYS),
            Dataset(label="Failures", color="red", data=[0] * DAYS),
        ]
        for created, _release, hit, state in self._since(start):
            day = (created - start).days
            for curve, counts in zip(curves, (True, hit, state == State.FAILED), strict=True):
                curve.data[min(day, DAYS - 1)] += counts
        return Curves(labels=labels, datasets=curves)

    def by_version(self, branch: str | None = None) -> Curves:
        """Return finished builds of half a year by week: of branches, or a branch's releases."""
        start, labels = _days(WEEKS, 7)
        counted: dict[str, list[int]] = {}
        for created, release, _hit, state in self._since(start):
            if state != State.DONE or branch not in (None, branch_of(release)):
                continue
            of = branch_of(release) if branch is None else release
            week = min((created - start).days // 7, WEEKS - 1)
            counted.setdefault(of, [0] * WEEKS)[week] += 1
        return Curves(
            labels=labels,
            datasets=[Dataset(label=name, data=counted[name]) for name in sorted(counted)],
        )

    def top_packages(self, branch: str | None, most: int) -> TopPackages:
        """Return the packages that finished builds of the last thirty days were asked for."""
        query = sa.select(BuildRow.release, BuildRow.facts).where(
            BuildRow.built_at.is_not(None), BuildRow.created_at >= _days(DAYS, 1)[0]
        )
        counts: Counter[str] = Counter()
        with self._store.read() as session:
            for release, facts in session.execute(query):
                if branch in (None, branch_of(release)):
                    words = (facts or {}).get("packages", [])
                    counts.update(word for word in words if not word.startswith("-"))
        ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        return TopPackages(
            packages=[PackageCount(name=name, count=count) for name, count in ordered[:most]],
            branch=branch,
        )

    def errors(self, most: int) -> str:
        """Return the newest failures, a line each, without what names somebody's request."""
        query = (
            sa.select(JobRow.finished_at, BuildRow.release, JobRow.error)
            .join(BuildRow, BuildRow.id == JobRow.id)
            .where(JobRow.state == State.FAILED)
            .order_by(JobRow.finished_at.desc())
        )
        with self._store.read() as session:
            rows = session.execute(query.limit(most)).all()
        lines = [
            f"{finished:%Y-%m-%dT%H:%M:%SZ} {release} {_masked(error or {})}"
            for finished, release, error in reversed(rows)
        ]
        return "\n".join(lines or ("No build errors recorded",)) + "\n"

    def _since(self, moment: datetime) -> Iterator[tuple[datetime, str, bool, str]]:
        """Return when builds were asked for, of what, whether they were hits, how they stand."""
        query = (
            sa.select(BuildRow.created_at, BuildRow.release, BuildRow.same_as, JobRow.state)
            .join(JobRow, JobRow.id == BuildRow.id)
            .where(BuildRow.created_at >= moment)
        )
        with self._store.read() as session:
            for created, release, same_as, state in session.execute(query):
                yield created, release, same_as is not None, state


def _days(count: int, each: int) -> tuple[datetime, list[str]]:
    """Return where so many spans of days begin that end tonight, and their names."""
    stop = now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    start = stop + timedelta(days=1) - timedelta(days=count * each)
    return start, [f"{start + timedelta(days=each * at):%Y-%m-%d}Z" for at in range(count)]


def _masked(error: dict[str, object]) -> str:
    told = " ".join(f"{error.get('code', '')}: {error.get('message', '')}".split())
    return _JOB_ID.sub("…", told)[:_LONGEST]
