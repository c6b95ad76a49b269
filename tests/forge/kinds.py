"""Kinds of jobs that behave, misbehave and leave traces, for the tests."""

from pathlib import Path
import time
from typing import Any

from pydantic import BaseModel, ConfigDict

from forge.errors import Precondition
from forge.jobs.context import Context
from forge.jobs.kinds import job
from forge.jobs.limits import MIB, Limits
from forge.jobs.states import Slot, State


class Trace(BaseModel):
    """Where a job leaves a line each time it is begun and ended, and how long it takes."""

    model_config = ConfigDict(extra="forbid")

    trace: str
    seconds: float = 0
    #: The only state that takes so long, and at the first attempt only; every state without.
    slow: State | None = None


def note(path: str, line: str) -> None:
    """Add a line to a trace, whole."""
    with Path(path).open("a", encoding="utf-8", buffering=1) as file:
        file.write(f"{line}\n")


def _through_all_states(ctx: Context, params: Trace) -> dict[str, Any]:
    note(params.trace, f"began {ctx.job_id} {ctx.attempt}")
    states = (State.PREPARING, State.DOWNLOADING, State.VERIFYING, State.BUILDING, State.COLLECTING)
    for done, state in enumerate(states):
        ctx.state(state, f"step {done}")
        quick = params.slow is not None and (params.slow is not state or ctx.attempt > 1)
        until = time.monotonic() + (0 if quick else params.seconds)
        while time.monotonic() < until:
            ctx.progress(20.0 * done)
            time.sleep(0.02)
    note(params.trace, f"ended {ctx.job_id} {ctx.attempt}")
    return {"attempt": ctx.attempt}


@job("test.resumable", slot=Slot.BUILD, resumable=True)
def resumable(ctx: Context, params: Trace) -> dict[str, Any]:
    """Go through all states; may be begun again."""
    return _through_all_states(ctx, params)


@job("test.once", slot=Slot.BUILD)
def once(ctx: Context, params: Trace) -> dict[str, Any]:
    """Go through all states; must not be begun again."""
    return _through_all_states(ctx, params)


class Program(BaseModel):
    """A program to run, and what it may use."""

    model_config = ConfigDict(extra="forbid")

    argv: list[str]
    time_s: float | None = None
    memory_mb: int | None = None
    folder_mb: int | None = None


@job("test.program", slot=Slot.BUILD)
def program(ctx: Context, params: Program) -> dict[str, Any]:
    """Run a program."""
    ctx.state(State.BUILDING)
    limits = Limits(
        time_s=params.time_s,
        memory=params.memory_mb * MIB if params.memory_mb else None,
        folder=ctx.folder,
        folder_size=params.folder_mb * MIB if params.folder_mb else None,
    )
    seen = bytearray()
    ended = ctx.run_process(params.argv, limits=limits, on_output=seen.extend)
    return {"code": ended.code, "seen": len(seen), "memory": ended.memory}


@job("test.locked", slot=Slot.BUILD, resumable=True)
def locked(ctx: Context, params: Trace) -> dict[str, Any]:
    """Work on a thing that only one job may work on."""
    ctx.state(State.BUILDING)
    with ctx.lock("thing"):
        note(params.trace, "in")
        time.sleep(params.seconds)
        note(params.trace, "out")
    return {}


@job("test.where", slot=Slot.BUILD, resumable=True)
def where(ctx: Context, params: Trace) -> dict[str, Any]:
    """Take a while, and say in whose folder it ran."""
    note(params.trace, f"began {ctx.attempt} {ctx.settings.data_dir.name}")
    ctx.state(State.BUILDING)
    assert ctx.folder.is_dir()
    until = time.monotonic() + params.seconds
    while time.monotonic() < until:
        ctx.checkpoint()
        time.sleep(0.02)
    note(params.trace, f"ended {ctx.attempt} {ctx.settings.data_dir.name}")
    return {"folder": ctx.settings.data_dir.name}


class Nothing(BaseModel):
    """No parameters."""

    model_config = ConfigDict(extra="forbid")


@job("test.bug", slot=Slot.LIGHT)
def bug(ctx: Context, params: Nothing) -> dict[str, Any]:
    """Fall over a mistake."""
    raise ZeroDivisionError("oops")


@job("test.refused", slot=Slot.LIGHT)
def refused(ctx: Context, params: Nothing) -> dict[str, Any]:
    """Find that it cannot be done."""
    raise Precondition("The builder is broken: ensure it anew", about="builder_broken", builder=7)


@job("test.stubborn", slot=Slot.LIGHT, resumable=True, timeout_s=600)
def stubborn(ctx: Context, params: Nothing) -> dict[str, Any]:
    """Never look whether it is to end."""
    ctx.state(State.BUILDING)
    while True:
        time.sleep(0.1)


@job("test.overdue", slot=Slot.LIGHT, timeout_s=1)
def overdue(ctx: Context, params: Nothing) -> dict[str, Any]:
    """Take longer than its kind may."""
    ctx.state(State.BUILDING)
    while True:
        ctx.checkpoint()
        time.sleep(0.05)


class Lines(BaseModel):
    """How much to write, and how fast."""

    model_config = ConfigDict(extra="forbid")

    lines: int
    pause_s: float = 0
    each: int = 100


@job("test.lines", slot=Slot.LIGHT)
def lines(ctx: Context, params: Lines) -> dict[str, Any]:
    """Write numbered lines."""
    ctx.state(State.BUILDING)
    for number in range(params.lines):
        ctx.log(f"line {number}")
        if number % params.each == 0:
            ctx.checkpoint()
            time.sleep(params.pause_s)
    return {}


class Leave(BaseModel):
    """A file to leave."""

    model_config = ConfigDict(extra="forbid")

    name: str
    size: int


@job("test.keep", slot=Slot.BUILD)
def keep(ctx: Context, params: Leave) -> dict[str, Any]:
    """Leave a file."""
    ctx.state(State.COLLECTING)
    path = ctx.folder / "made"
    path.write_bytes((b"%07d\n" % ctx.attempt) * (params.size // 8))
    ctx.log("made it")
    return ctx.keep(path, params.name).model_dump()


@job("test.fill", slot=Slot.BUILD)
def fill(ctx: Context, params: Nothing) -> dict[str, Any]:
    """Fill the disk to its last byte."""
    ctx.state(State.BUILDING)
    with (ctx.folder / "fill").open("wb", buffering=0) as file:
        while file.write(bytes(MIB)):
            ctx.log("more")
    return {}
