"""`kill -9` at each step of planning and writing: what is said of the card afterwards is true."""

from collections.abc import Callable
from functools import partial
import os
from pathlib import Path
import signal
from typing import Any, Final

import pytest
import sqlalchemy as sa

from forge.errors import Conflict
from forge.flash import plans
from forge.flash.block import BlockTarget
from forge.flash.facts import Wish
from forge.jobs import claim as claims, recovery, runner
from forge.jobs.context import Context
from forge.jobs.facts import Job
from forge.jobs.outlets import outlets
from forge.jobs.rows import LockRow
from forge.jobs.running import Settler
from forge.jobs.states import State
from forge.jobs.users import end_left
from forge.jobs.workers import Worker
from tests.forge.flash.cards import MIB, Loop, disk_image
from tests.forge.flash.conftest import Room

#: The process that forks has had threads of other tests; the one that dies uses none of theirs.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")

_SIZE: Final = 9 * MIB + 1234


@pytest.fixture
def image(room: Room, tmp_path: Path) -> dict[str, str]:
    """Keep an image of several chunks."""
    return room.keep(disk_image(tmp_path / "image.img", _SIZE))


def die() -> None:
    """End this process as a crash does."""
    os.kill(os.getpid(), signal.SIGKILL)


def dying(owner: Any, name: str, when: Callable[..., bool], *, after: bool = False) -> None:
    """Have this process die as it comes to something, or when that is done."""
    real = getattr(owner, name)

    def and_die(*args: Any, **more: Any) -> Any:
        if not after and when(*args):
            die()
        found = real(*args, **more)
        if after and when(*args):
            die()
        return found

    setattr(owner, name, and_die)


def stated(step: str) -> Callable[[], None]:
    """Die once a step is told."""
    return partial(dying, Context, "state", lambda *told: step in told[2], after=True)


def halfway(percent: float) -> Callable[[], None]:
    """Die once so much is done."""
    return partial(dying, Context, "progress", lambda *told: told[1] >= percent)


def logged(line: str) -> Callable[[], None]:
    """Die once a line is in the log."""
    return partial(dying, Context, "log", lambda *told: line in told[1], after=True)


def settling(turn: int, *, after: bool) -> Callable[[], None]:
    """Die as all is brought to the medium for the first time, or the second."""
    turns: list[BlockTarget] = []

    def now(target: BlockTarget) -> bool:
        turns.append(target)
        return len(turns) == turn

    return partial(dying, BlockTarget, "settle", now, after=after)


def killed(room: Room, job: Job, prepare: Callable[[], None]) -> Job:
    """Run a job as a worker does, in a process that dies; return what others make of it."""
    forge = room.forge
    forge.close()
    pid = os.fork()
    if pid == 0:
        try:
            worker = Worker(forge.store, forge.settings)
            worker.announce()
            claim = claims.take(forge.store, job.id, worker_id=worker.id, host="h")
            assert claim is not None
            sink, files = outlets(forge.settings, job.id)
            prepare()
            runner.run(claim, settings=forge.settings, sink=sink, files=files)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
    settler = Settler(forge.queue, lambda _job, _line: None, partial(end_left, forge.settings))
    recovery.recover(forge.store, room.worker, set(), settler)
    return forge.jobs.show(job.id)


def free_again(room: Room, card: Loop) -> None:
    """See that nobody holds the card, by name or by device."""
    with room.forge.store.read() as session:
        assert session.scalars(sa.select(LockRow)).all() == []
    (found,) = [device for device in room.forge.cards.cards() if device.path == card.path]
    assert (found.in_use, found.refusal) == (False, None)


@pytest.mark.parametrize(
    "prepare",
    [
        stated("reading"),
        halfway(50),
        logged("bytes, mbr table"),
        partial(dying, plans, "make", lambda *_args: True, after=True),
        logged("✓ done"),
    ],
    ids=["begun", "half-read", "read", "made", "told"],
)
def test_a_plan_whose_making_is_killed_is_made_again(
    room: Room, card: Loop, image: dict[str, str], prepare: Callable[[], None]
) -> None:
    wish = Wish.model_validate({"image": image, "device": card.path})
    job = killed(room, room.forge.cards.plan(wish, by="ann", key=None), prepare)
    assert job.state is State.QUEUED
    free_again(room, card)
    assert card.content == b"\xa5" * 16 * MIB
    made = room.run(job)
    assert room.forge.jobs.show(job.id).attempt == 2
    assert room.run(room.forge.cards.write(made["token"], force=True, by="ann", key=None))
    assert room.last().result == "match"


@pytest.mark.parametrize(
    ("prepare", "says"),
    [
        pytest.param(stated("looking"), "untouched", id="begun"),
        pytest.param(stated("writing"), "untouched", id="at-the-card"),
        pytest.param(halfway(20), "incomplete", id="writing"),
        pytest.param(settling(1, after=False), "incomplete", id="all-but-its-beginning"),
        pytest.param(settling(1, after=True), "incomplete", id="settled"),
        pytest.param(stated("reading back"), "unproved", id="written"),
        pytest.param(halfway(90), "unproved", id="reading-back"),
        pytest.param(logged("the card holds"), "unproved", id="read-back"),
        pytest.param(logged("✓ done"), "match", id="noted"),
    ],
)
def test_a_writing_that_is_killed_is_told_as_it_ended(
    room: Room, card: Loop, image: dict[str, str], prepare: Callable[[], None], says: str
) -> None:
    plan = room.plan(image, card.path)
    job = killed(room, room.confirm(plan), prepare)
    assert (job.state, job.error and job.error.code) == (State.FAILED, "job.interrupted")
    free_again(room, card)
    data = room.forge.files.find(image["job_id"], image["name"]).read_bytes()
    held = card.content
    match says:
        case "untouched":
            assert held == b"\xa5" * 16 * MIB
        case "incomplete":
            assert held[:512] == bytes(512)
        case _:
            assert held[:_SIZE] == data
    record = room.last()
    if says == "match":
        # All of it was noted before the job's own end was.
        assert (record.status, record.result, record.error) == ("succeeded", "match", None)
    else:
        assert (record.status, record.result, record.ended_at) == ("failed", None, None)
        assert record.error
        assert record.error.code == "job.interrupted"
    assert (record.incomplete, record.unproved) == (says == "incomplete", says == "unproved")
    assert not record.suspect
    # What was confirmed is used up, whatever came of it; a new plan is as good as ever.
    with pytest.raises(Conflict) as used:
        room.confirm(plan)
    assert used.value.code == "conflict.plan_used"
    assert room.write(image, card.path)["result"] == "match"
    assert card.content[:_SIZE] == data
