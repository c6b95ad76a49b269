"""What a process that runs for long does not go on holding of its start (Linux, glibc)."""

from collections.abc import Iterator
from contextlib import suppress
import ctypes
from pathlib import Path
import re
from typing import Final

_LIBC: Final = ctypes.CDLL(None, use_errno=True)
_MADV_DONTNEED: Final = 4
#: The first line of a mapping in smaps; one of no file ends before the path.
_MAPPING: Final = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \d+ *(/.+)?")


def give_back() -> None:
    """Give memory back to the system that was needed for a while.

    What was freed (malloc_trim(3)), and what only starting has read of programs and libraries
    (madvise(2)): the system maps a page of those again where it is needed again.
    """
    with suppress(AttributeError):
        _LIBC.malloc_trim(0)
    for start, end in as_on_disk(Path("/proc/self/smaps").read_text("utf-8")):
        _LIBC.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _MADV_DONTNEED)


def as_on_disk(smaps: str) -> Iterator[tuple[int, int]]:
    """Return the addresses of mapped files of which nothing was changed in memory.

    By /proc/<pid>/smaps (proc_pid_smaps(5)); dropping what was changed would lose it.
    """
    candidate: tuple[int, int] | None = None
    for line in smaps.splitlines():
        if head := _MAPPING.fullmatch(line):
            start, end, rights, path = head.groups()
            unwritable = path is not None and rights in ("r--p", "r-xp")
            candidate = (int(start, 16), int(end, 16)) if unwritable else None
        elif candidate is not None and line.split() == ["Anonymous:", "0", "kB"]:
            yield candidate
            candidate = None
