"""A Forge that may write cards, cards to write to, and how a job of it is run here."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from forge.app import Forge
from forge.errors import Cancelled, ForgeError
from forge.flash.facts import Plan, Record
from forge.jobs import claim as claims
from forge.jobs.context import Context
from forge.jobs.facts import Job
from forge.jobs.kinds import kind_of
from forge.jobs.limits import usual
from forge.jobs.places import log_of
from forge.jobs.sinks import LocalSink
from forge.jobs.states import State
from forge.jobs.workers import Worker
from forge.settings import Settings, load
from tests.forge.flash.cards import MIB, Loop, missing


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Allow cards to be written."""
    return load({"data_dir": tmp_path / "data", "flashing": True}, environment={})


@pytest.fixture
def loops(tmp_path: Path) -> Iterator[Callable[..., Loop]]:
    """Return how to have a loop device."""
    if reason := missing():
        pytest.skip(reason)
    made: list[Loop] = []

    def make(size: int = 16 * MIB, *, of: Path | None = None, **more: bool) -> Loop:
        backing = of or tmp_path / f"backing-{len(made)}"
        if of is None:
            backing.write_bytes(b"\xa5" * size)
        made.append(Loop(backing, **more))
        return made[-1]

    yield make
    for loop in made:
        loop.detach()


@pytest.fixture
def card(loops: Callable[..., Loop]) -> Loop:
    """Plug a card of 16 MiB in."""
    return loops()


class Room:
    """The cards of a Forge, and its jobs run in this process."""

    def __init__(self, forge: Forge) -> None:
        """Be its worker too."""
        self.forge = forge
        self.worker = Worker(forge.store, forge.settings)
        self.worker.announce()
        #: Called with the context before a job runs.
        self.before: Callable[[Context], None] = lambda ctx: None

    def keep(self, path: Path) -> dict[str, str]:
        """Keep a copy of a file as a job does; return it as an image."""
        job_id = uuid4().hex
        copy = path.with_name(f"{path.name}.copy")
        copy.write_bytes(path.read_bytes())
        self.forge.files.keep(job_id, copy, path.name)
        return {"job_id": job_id, "name": path.name}

    def run(self, job: Job) -> dict[str, Any]:
        """Run a job; return its result. Raise what it fails with."""
        claim = claims.take(self.forge.store, job.id, worker_id=self.worker.id, host="h")
        assert claim is not None
        settings = self.forge.settings
        sink = LocalSink(log_of(settings, job.id))
        ctx = Context(
            claim, settings=settings, sink=sink, files=self.forge.files, limits=usual(settings)
        )
        kind = kind_of(job.kind)
        try:
            self.before(ctx)
            result = kind.run(ctx, kind.read(job.params))
        except Cancelled:
            claim.finish(State.CANCELLED)
            raise
        except ForgeError as error:
            claim.finish(State.FAILED, error=error)
            raise
        finally:
            sink.close()
        claim.finish(State.DONE, result=result)
        return result

    def plan(self, image: dict[str, str], device: str, **more: Any) -> Plan:
        """Have a plan made."""
        wish = kind_of("flash.plan").read({"image": image, "device": device, **more})
        job = self.forge.cards.plan(wish, by="ann", key=None)  # type: ignore[arg-type]  # the kind's own parameters
        return Plan.model_validate(self.run(job))

    def confirm(self, plan: Plan) -> Job:
        """Confirm a plan; nothing is written yet."""
        return self.forge.cards.write(plan.token, force=True, by="ann", key=None)

    def write(self, image: dict[str, str], device: str, **more: Any) -> dict[str, Any]:
        """Plan, confirm and write."""
        return self.run(self.confirm(self.plan(image, device, **more)))

    def last(self) -> Record:
        """Return the newest record."""
        return self.forge.cards.records(device=None, before=None, limit=1)[0]

    def log(self, job: Job) -> str:
        """Return a job's log."""
        log = self.forge.log(job.id)
        return log.read(0, log.size + 1).data.decode()


@pytest.fixture
def room(forge: Forge) -> Room:
    """Open the cards' room."""
    return Room(forge)
