"""A process and its descendants: what they hold in memory, and what ended ones have taken."""

from contextlib import suppress
import os
from pathlib import Path
import threading
import time
from typing import Final, Self

_KIB: Final = 1024
_LOOK_EVERY_S: Final = 0.02
_GONE: Final = (FileNotFoundError, ProcessLookupError)


def children(pid: int) -> list[int]:
    """Return a process's children."""
    found: list[int] = []
    with suppress(*_GONE):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text("ascii").split())
    return found


def family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    found = [pid]
    for one in found:
        found += children(one)
    return found


def held_bytes(pids: list[int]) -> int:
    """Return the memory of some processes; what several share is counted once (PSS)."""
    total = 0
    for pid in pids:
        with suppress(*_GONE):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * _KIB
    return total


def ended_cpu_s(pid: int) -> float:
    """Return the processor seconds of descendants that have ended and were waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")  # proc_pid_stat(5)


class Watch:
    """Looks again and again at what a job's processes hold, beside those that were there before."""

    def __init__(self, pid: int) -> None:
        """Watch the descendants that a process gets from now on."""
        self.most = 0
        self._pid = pid
        self._before = set(family(pid))
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        """End."""
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.is_set():
            new = [pid for pid in family(self._pid) if pid not in self._before]
            self.most = max(self.most, held_bytes(new))
            time.sleep(_LOOK_EVERY_S)
