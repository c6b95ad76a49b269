"""A job's log: lines on disk, readable from any offset while they are written, and bounded.

The log is a row of files named by the offset at which they begin. When it grows over its limit,
the oldest files but the first go: how a job began and how it ended are kept, and a reader of
what went is told where the log goes on.
"""

from dataclasses import dataclass
import os
from pathlib import Path
import shutil
from typing import BinaryIO, Final

#: A log consists of at least so many files, of which the first is never dropped.
_PARTS: Final = 16
#: A line without an end is cut here.
LONGEST_LINE: Final = 16_384


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a log: whole lines where there are any, from `start` to `end`."""

    start: int
    data: bytes

    @property
    def end(self) -> int:
        """Return the offset to read on from."""
        return self.start + len(self.data)


class JobLog:
    """The log of one job. One writes, any number read."""

    def __init__(self, folder: Path, *, limit: int) -> None:
        """Look at the log in a folder, which is made when the first line is written."""
        self.folder = folder
        self._part_size = max(limit // _PARTS, 4 * LONGEST_LINE)
        self._limit = limit
        self._open: tuple[int, BinaryIO] | None = None

    @property
    def size(self) -> int:
        """Return the offset of the next byte to come."""
        parts = self._parts()
        return parts[-1] + self._length(parts[-1]) if parts else 0

    def append(self, data: bytes) -> int:
        """Write lines; return the log's new size."""
        start, file = self._open or self._last()
        length = os.fstat(file.fileno()).st_size
        if length >= self._part_size:
            file.close()
            start, length = start + length, 0
            self._drop([*self._parts(), start])
            file = self._path(start).open("ab", buffering=0)
        self._open = (start, file)
        file.write(data)
        return start + length + len(data)

    def read(self, offset: int, most: int = 65_536) -> Chunk:
        """Read from an offset, or from where the log goes on when that part was dropped.

        The chunk ends with a line's end, unless there is none within `most` bytes.
        """
        for start in self._parts():
            length = self._length(start)
            if offset >= start + length:
                continue
            offset = max(offset, start)
            try:
                with self._path(start).open("rb") as file:
                    file.seek(offset - start)
                    data = file.read(most)
            except FileNotFoundError:
                continue  # dropped since it was listed
            cut = data.rfind(b"\n") + 1
            return Chunk(offset, data[:cut] if cut else data)
        return Chunk(max(offset, 0), b"")

    def close(self) -> None:
        """Write no more."""
        if self._open is not None:
            self._open[1].close()
            self._open = None

    def remove(self) -> None:
        """Delete the log."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _last(self) -> tuple[int, BinaryIO]:
        """Open the part that is written."""
        self.folder.mkdir(parents=True, exist_ok=True)
        start = next(reversed(self._parts()), 0)
        return start, self._path(start).open("ab", buffering=0)

    def _drop(self, parts: list[int]) -> None:
        """Delete the oldest parts but the first, until a new one fits."""
        while len(parts) > 2 and self._kept(parts) + self._part_size > self._limit:  # noqa: PLR2004 - the first and the one that is written
            self._path(parts.pop(1)).unlink(missing_ok=True)

    def _kept(self, parts: list[int]) -> int:
        return sum(self._length(part) for part in parts)

    def _parts(self) -> list[int]:
        try:
            return sorted(int(path.stem) for path in self.folder.glob("*.log"))
        except FileNotFoundError:
            return []

    def _path(self, start: int) -> Path:
        return self.folder / f"{start:016d}.log"

    def _length(self, start: int) -> int:
        try:
            return self._path(start).stat().st_size
        except FileNotFoundError:
            return 0
