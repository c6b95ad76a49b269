"""The CPU time of another process, and the moment it has nothing left to do."""

import asyncio
import contextlib
import os
from pathlib import Path
import time
from typing import TYPE_CHECKING, Final

from rig.errors import SlowError

if TYPE_CHECKING:
    from collections.abc import Iterable

CORES: Final = os.cpu_count() or 1
QUIET_STEP_S: Final = 0.02
QUIET_STEPS: Final = 8
QUIET_SHARE: Final = 0.25


def cpu_s(pid: int) -> float:
    """Return a process's user and system CPU seconds, all threads, ended ones too.

    The kernel's CPU clock of a process (clock_getcpuclockid(3)) tells nanoseconds where
    /proc/<pid>/stat tells hundredths of a second.
    """
    return time.clock_gettime(~pid << 3 | 2)


def rss_bytes(pid: int) -> int:
    """Return a process's resident memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def waited_s(pid: int) -> float:
    """Return the seconds for which a process's threads that could work waited for a core."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text(encoding="ascii").split()[1]) for task in tasks) / 1e9


def pin(pid: int, core: int) -> None:
    """Keep all threads of a process on one core, where there are two."""
    if core < CORES:
        _place(pid, {core})


def unpin(pid: int) -> None:
    """Let all threads of a process run anywhere again."""
    _place(pid, range(CORES))


def _place(pid: int, cores: Iterable[int]) -> None:
    """Let all threads of a process run on some cores only."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(ProcessLookupError):  # a thread may end meanwhile
            os.sched_setaffinity(int(task.name), cores)


async def idle_share(pid: int, seconds: float) -> float:
    """Return the share of one core that a process takes over some seconds."""
    begin, spent = time.perf_counter(), cpu_s(pid)
    await asyncio.sleep(seconds)
    return (cpu_s(pid) - spent) / (time.perf_counter() - begin)


async def until_quiet(pid: int, *, timeout_s: float) -> float:
    """Wait until a process has nothing to do; return when (perf_counter) its last work ended.

    Asking the kernel instead of the program leaves what is measured undisturbed.
    Raises SlowError when it works on for longer than the time given.
    """
    deadline = time.perf_counter() + timeout_s
    last_work = before = time.perf_counter()
    spent, quiet = cpu_s(pid), 0
    while quiet < QUIET_STEPS:
        await asyncio.sleep(QUIET_STEP_S)
        now, total = time.perf_counter(), cpu_s(pid)
        if total - spent > QUIET_SHARE * (now - before):
            quiet, last_work = 0, now
        else:
            quiet += 1
        if now > deadline:
            raise SlowError(f"Process {pid} is still busy after {timeout_s:.0f} s")
        before, spent = now, total
    return last_work
