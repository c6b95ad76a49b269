"""Seconds of use are neither lost nor counted twice, whatever a board tells, and in what order."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from itertools import count, pairwise
from typing import Any

from hypothesis import given, settings, strategies as st

from custom_components.atelier.machines.change import Change, Message
from custom_components.atelier.machines.facts import Use
from custom_components.atelier.machines.uses import Course

MACHINE = 1


@dataclass(slots=True)
class Book:
    """Keep what a course changes, as a ledger would; nothing is forgotten."""

    course: Course = field(default_factory=lambda: Course(MACHINE, None, (), 0.0))
    uses: dict[int, Use] = field(default_factory=dict)
    ids: count[int] = field(default_factory=lambda: count(1))

    def change(self, change: Change, message: Message | None) -> None:
        """Keep a change, then hold it."""
        kept = [use if use.id else replace(use, id=next(self.ids)) for use in change.uses]
        for use in kept:
            self.uses[use.id or 0] = use
        self.course.apply(change, kept, message)
        if self.course.open is not None:
            self.uses[self.course.open.id or 0] = self.course.open

    def restart(self, steady: float) -> None:
        """Forget what only memory knew."""
        closed = [use for use in self.uses.values() if use.end is not None]
        closed.sort(key=lambda use: use.start)
        opened = [use for use in self.uses.values() if use.end is None]
        self.course = Course(MACHINE, opened[0] if opened else None, closed[-40:], steady)

    def seconds(self) -> dict[int | None, float]:
        """Add up the uses by member."""
        sums: defaultdict[int | None, float] = defaultdict(float)
        for use in self.uses.values():
            sums[use.member_id] += use.duration_s
        return {member: seconds for member, seconds in sums.items() if seconds}

    def check(self) -> None:
        """Expect uses that are in order, one open at most, none over another."""
        assert sum(use.end is None for use in self.uses.values()) <= 1
        spans = sorted(
            (use.start, use.last_seen if use.end is None else use.end) for use in self.uses.values()
        )
        assert all(start <= end for start, end in spans)
        assert all(before[1] <= after[0] + 1e-3 for before, after in pairwise(spans)), spans


steps = st.tuples(
    st.sampled_from(["start", "see", "stop", "silence", "hand", "restart"]),
    st.integers(1, 3),
    st.sampled_from([0, 0.4, 1, 29, 30, 95, 700, 4000, 90_000]),
    st.sampled_from([0, 0, 0, 0, 5000, -5000, -20]),
    st.sampled_from([0, 1, 30, 60, 600, 700, 4000, 100_000]),
    st.booleans(),
    st.sampled_from([None, None, None, 0, 50, 5000]),
    st.sampled_from([None, None, "a", "b", "c"]),
)


@settings(max_examples=400)
@given(st.lists(steps, max_size=40))
def test_no_two_uses_overlap_whatever_comes(told: list[tuple[Any, ...]]) -> None:
    book, steady, wall = Book(), 1e6, 1e9
    for what, member, passes, jump, duration, replay, age, id_ in told:
        steady += passes
        wall += passes + jump
        moment = wall if age is None or what == "see" else wall - age
        message = Message(
            member_id=member,
            moment=moment,
            steady=steady,
            duration=0 if what == "start" else duration,
            replay=replay,
            exact=age is not None and what != "see",
            id=id_,
        )
        course = book.course
        match what:
            case "start":
                book.change(course.start(message), message)
            case "see":
                book.change(course.see(message), message)
            case "stop":
                book.change(course.stop(message), message)
            case "silence":
                book.change(course.end_silent(steady), None)
            case "hand":
                book.change(course.end_by_hand(wall), None)
            case "restart":
                book.restart(steady)
        book.check()


@dataclass(slots=True)
class Board:
    """Tell the truth, as a board of the reference does: twice, late, or with a power cut."""

    book: Book
    now: float = 1e6
    #: The server's clock is ahead of the true time by this.
    ahead: float = 1e9
    waiting: list[tuple[str, int, int]] = field(default_factory=list)

    def say(self, what: str, member: int, duration: int, *, replay: bool = False) -> None:
        """Deliver one message."""
        message = Message(
            member_id=member,
            moment=self.now + self.ahead,
            steady=self.now,
            duration=duration,
            replay=replay,
        )
        course = self.book.course
        answer = {"start": course.start, "see": course.see, "stop": course.stop}[what]
        self.book.change(answer(message), message)
        self.book.check()

    def deliver(self) -> None:
        """Tell again what was not answered."""
        for what, member, duration in self.waiting:
            self.now += 0.2
            self.say(what, member, duration, replay=True)
        self.waiting.clear()


sessions = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(1, 30_000),
        st.sampled_from(["online", "offline", "lost start", "lost stop", "both", "away", "power"]),
        st.integers(100, 10_000),
        st.sampled_from([0, 0, 0, 7200, -7200]),
        st.booleans(),
    ),
    max_size=8,
)


@settings(max_examples=1000)
@given(sessions)
def test_every_second_that_a_board_tells_of_is_counted_once(
    told: list[tuple[int, int, str, int, int, bool]],
) -> None:
    board = Board(Book())
    truth: Counter[int] = Counter()
    for member, duration, how, pause, jump, restarts in told:
        truth[member] += session(board, member, duration, how, jump)
        # A clock that was set back lives some hours twice; what comes late then has no room.
        board.now += pause + max(0, -jump)
        if restarts:
            board.book.restart(board.now)
    board.now += 30
    board.deliver()
    counted = board.book.seconds()
    assert counted.keys() <= truth.keys()
    # A use cut short, whose length was forgotten too, may look like the next one's beginning.
    forgot = any(one[-1] for one in told)
    allowed = sum(one[1] if forgot and one[2] == "power" else 2 for one in told)
    for member, seconds in truth.items():
        assert abs(counted.get(member, 0.0) - seconds) <= allowed, (member, counted, truth)


def session(board: Board, member: int, duration: int, how: str, jump: int) -> int:
    """Play one session; return the seconds of it that the board could tell of."""
    start = board.now
    if how == "offline":
        board.waiting += [("start", member, 0), ("stop", member, duration)]
        board.now += duration
        return duration
    board.deliver()
    start = board.now
    board.say("start", member, 0)
    if how in ("lost start", "both"):
        board.now += 2
        board.say("start", member, 0, replay=True)
    seen = 0
    middle = duration // 2
    for at in (5, 30, middle, duration - 1):
        if how == "away" and at > 30:
            continue
        if seen < at < duration and start + at > board.now:
            board.now, seen = start + at, at
            if at == middle:
                board.ahead += jump
            board.say("see", member, at)
    if how == "power":
        return seen
    board.now = max(board.now, start + duration)
    if how == "away":
        board.book.change(board.book.course.end_silent(board.now), None)
        board.waiting.append(("stop", member, duration))
        return duration
    board.say("stop", member, duration)
    if how in ("lost stop", "both"):
        board.now += 32
        board.say("stop", member, duration, replay=True)
    return duration
