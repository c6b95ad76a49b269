"""Which processes belong to a job, by the system's own word (Linux, `/proc`).

Every program of a job carries the job's id in its environment, and its children inherit it. So
they are found although they left their session or lost their parents, and also after the
process that started them was killed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
import ctypes
import os
from pathlib import Path
import signal
import time
from typing import Final

TAG: Final = "ATELIER_JOB"
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_PR_SET_PDEATHSIG: Final = 1
_PR_GET_PDEATHSIG: Final = 2
_PR_SET_CHILD_SUBREAPER: Final = 36
_PR_SET_NO_NEW_PRIVS: Final = 38
_LIBC: Final = ctypes.CDLL(None, use_errno=True)
#: Signals are sent again while processes still appear: one may fork while it is looked for.
_KILL_FOR_S: Final = 10.0


def adopt_orphans() -> None:
    """Become the parent of those whose parents end, instead of process 1 (prctl(2))."""
    _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent() -> None:
    """Be killed when the parent ends, however it ends (prctl(2))."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


@contextmanager
def dying_with_parent() -> Iterator[None]:
    """Go on dying with the parent, if this process does, while its rights change (prctl(2))."""
    number = ctypes.c_int()
    _LIBC.prctl(_PR_GET_PDEATHSIG, ctypes.byref(number), 0, 0, 0)
    parent = os.getppid()
    try:
        yield
    finally:
        # The kernel forgot it.
        _LIBC.prctl(_PR_SET_PDEATHSIG, number.value, 0, 0, 0)
        if number.value and os.getppid() != parent:
            os.kill(os.getpid(), number.value)


def gain_nothing() -> None:
    """Give up to get rights from programs that have their owner's (prctl(2))."""
    _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def of_user(number: int) -> set[int]:
    """Return the living processes of a user."""
    found = set()
    for pid in _pids():
        with suppress(OSError, ValueError):
            status = _told(pid, "status")
            if int(_field(status, b"Uid")) == number and _field(status, b"State") not in b"ZX":
                found.add(pid)
    return found


def members(job_id: str) -> set[int]:
    """Return the living processes of a job: those that carry its id, and their children."""
    tag = f"{TAG}={job_id}".encode()
    parents: dict[int, int] = {}
    found: set[int] = set()
    for pid in _pids():
        with suppress(OSError, ValueError):
            state, parent = _stat(pid)
            if state in "ZX":
                continue
            parents[pid] = parent
            if tag in _told(pid, "environ").split(b"\0"):
                found.add(pid)
    grown = True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        found |= more
        grown = bool(more)
    found.discard(os.getpid())
    return found


def memory(pids: set[int]) -> int:
    """Return the bytes that processes hold for themselves alone, together."""
    held = 0
    for pid in pids:
        with suppress(OSError, ValueError):
            _size, resident, shared, *_ = _told(pid, "statm").split()
            held += (int(resident) - int(shared)) * _PAGE
    return held


def end_all(job_id: str, grace_s: float) -> None:
    """End all processes that carry a job's id."""
    end_each(lambda: members(job_id), grace_s)


def end_each(running: Callable[[], set[int]], grace_s: float) -> None:
    """End the processes that are told: kindly first, and after the grace in any case."""
    _signal(running(), signal.SIGTERM)
    patience = time.monotonic() + grace_s
    while running() and time.monotonic() < patience:
        time.sleep(0.05)
    patience = time.monotonic() + _KILL_FOR_S
    while (left := running()) and time.monotonic() < patience:
        _signal(left, signal.SIGKILL)
        time.sleep(0.02)


def reap(children: set[int]) -> None:
    """Take leave of orphans that were adopted and have ended, but not of our own children."""
    for pid in _pids():
        with suppress(OSError, ValueError):
            state, parent = _stat(pid)
            if state == "Z" and parent == os.getpid() and pid not in children:
                os.waitpid(pid, os.WNOHANG)


def _signal(pids: set[int], number: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _pids() -> Iterator[int]:
    return (int(entry.name) for entry in os.scandir("/proc") if entry.name.isdigit())


def _stat(pid: int) -> tuple[str, int]:
    """Return a process's state and parent (proc_pid_stat(5)); its name may hold anything."""
    fields = _told(pid, "stat").rpartition(b")")[2].split(maxsplit=2)
    return fields[0].decode("ascii"), int(fields[1])


def _field(status: bytes, name: bytes) -> bytes:
    """Return a line's first word (proc_pid_status(5)). Raise ValueError where there is none."""
    at = status.index(b"\n%b:\t" % name) + len(name) + 3
    return status[at:].split(maxsplit=1)[0]


def _told(pid: int, about: str) -> bytes:
    """Return what the kernel tells of a process."""
    return Path(f"/proc/{pid}/{about}").read_bytes()
