"""Contents of files, each kept once, by its hash."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
import ctypes
import fcntl
import hashlib
import os
from pathlib import Path
from typing import Final
from uuid import uuid4

_PIECE: Final = 1 << 20
_LIBC: Final = ctypes.CDLL(None, use_errno=True)


class Blobs:
    """A folder of files that their sha256 names."""

    def __init__(self, root: Path) -> None:
        """Keep them below a folder, which need not be there yet."""
        self._root = root

    @property
    def coming(self) -> Path:
        """Where files are that are not complete yet, on the same disk.

        Whoever puts one there locks it (flock(2)): others count as left over.
        """
        folder = self._root / ".coming"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def path(self, sha256: str) -> Path:
        """Return where a content is, or would be."""
        return self._root / sha256[:2] / sha256

    def keep(self, read: Callable[[int], bytes]) -> tuple[str, int, bytes]:
        """Keep a content whole; return its sha256, its size and how it begins."""
        coming = self.coming / uuid4().hex
        digest, size, start = hashlib.sha256(), 0, b""
        try:
            with coming.open("xb") as file:
                while piece := read(_PIECE):
                    start = start or piece[:4]
                    digest.update(piece)
                    size += len(piece)
                    file.write(piece)
            target = self.path(digest.hexdigest())
            target.parent.mkdir(exist_ok=True)
            coming.replace(target)
        finally:
            coming.unlink(missing_ok=True)
        return digest.hexdigest(), size, start

    def settle(self) -> None:
        """See all that was kept on the disk; one call for thousands of small files."""
        number = os.open(self.coming, os.O_RDONLY | os.O_DIRECTORY)
        try:
            if _LIBC.syncfs(number):
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        finally:
            os.close(number)

    @property
    def size(self) -> int:
        """How many bytes all of them have."""
        total = 0
        for path in self._all():
            with suppress(FileNotFoundError):  # swept meanwhile
                total += path.stat().st_size
        return total

    @contextmanager
    def taking_in(self) -> Iterator[None]:
        """Keep contents that nothing refers to yet: none is swept meanwhile."""
        with self._lock_file() as number:
            fcntl.flock(number, fcntl.LOCK_SH)
            yield

    def sweep(self, needed: Callable[[], Collection[str]]) -> None:
        """Delete the contents that nothing refers to; later, while some are taken in."""
        with self._lock_file() as number:
            try:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            kept = needed()
            for path in self._all():
                if path.name not in kept:
                    path.unlink()
            for path in self.coming.iterdir():
                if not _is_held(path):
                    path.unlink(missing_ok=True)

    @contextmanager
    def _lock_file(self) -> Iterator[int]:
        number = os.open(self.coming.parent / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            yield number
        finally:
            os.close(number)

    def _all(self) -> Iterator[Path]:
        return self._root.glob("[0-9a-f][0-9a-f]/*")


def _is_held(path: Path) -> bool:
    """Tell whether somebody still has a file that is coming."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
