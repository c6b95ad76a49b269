"""Writes an image to a target and reads it back. Knows no device, no job and no record.

The beginning, with the partition table, is written last: whatever ends the writing, a card that
is not whole has none, and nobody takes it for one that is.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
import hashlib
import mmap
from typing import Final

from forge.errors import FlashError
from forge.flash.content import Content
from forge.flash.target import CHUNK, Target

#: Old tables, and their copies at the end of a disk, lie within this.
WIPED: Final = 1024 * 1024

type Tell = Callable[[int], None]


def wipe(target: Target) -> None:
    """Overwrite both ends, where tables and signatures of what was there before may be."""
    nothing = _buffer()
    most = min(WIPED, target.size)
    with failing("wiped", 0):
        target.write(0, nothing[:most])
    end = (target.size - most) // target.sector * target.sector
    with failing("wiped", end):
        target.write(end, nothing[: (target.size - end) // target.sector * target.sector])


def write(content: Content, target: Target, *, tell: Tell, check: Callable[[], None]) -> None:
    """Write all of an image. Raise FlashError, and what `tell` and `check` raise.

    `tell` is called with the bytes done; `check` when all is read, and before the image's
    beginning is written.
    """
    head, buffers = _buffer(), (_buffer(), _buffer())
    with ThreadPoolExecutor(1) as reader:
        count = content.fill(head)
        beginning = _whole(head, count, target.sector)
        coming = reader.submit(content.fill, buffers[0])
        with failing("written", 0):
            target.write(0, buffers[1][: len(beginning)])
        offset, turn = len(beginning), 0
        while count := coming.result():
            coming = reader.submit(content.fill, buffers[1 - turn])
            sectors = _whole(buffers[turn], count, target.sector)
            with failing("written", offset):
                target.write(offset, sectors)
            offset, turn = offset + count, 1 - turn
            tell(offset)
    check()
    with failing("written", offset):
        target.settle()
    with failing("written", 0):
        target.write(0, beginning)
        target.settle()


def read_back(target: Target, size: int, *, tell: Tell) -> str:
    """Return the hash of a target's first bytes, as the medium holds them. Raise FlashError."""
    digest = hashlib.sha256()
    buffers = (_buffer(), _buffer())

    def fill(offset: int, room: memoryview) -> memoryview:
        wanted = min(CHUNK, size - offset)
        room = room[: -(-wanted // target.sector) * target.sector]
        got = 0
        while got < wanted:
            with failing("read back", offset + got):
                count = target.read_into(offset + got, room[got:])
            if not count:
                raise FlashError(
                    f"The card ends at {offset + got} bytes", about="io", offset=offset + got
                )
            got += count
        return room[:wanted]

    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(fill, 0, buffers[0])
        for number, offset in enumerate(range(0, size, CHUNK), start=1):
            read = coming.result()
            if offset + CHUNK < size:
                coming = reader.submit(fill, offset + CHUNK, buffers[number % 2])
            digest.update(read)
            tell(offset + len(read))
    return digest.hexdigest()


@contextmanager
def failing(what: str, offset: int) -> Iterator[None]:
    """Make of a device's error what people are told."""
    try:
        yield
    except OSError as error:
        raise FlashError(
            f"The card could not be {what} at {offset} bytes: {error.strerror}; it may be worn out,"
            " or was taken out",
            about="io",
            offset=offset,
            error=error.strerror,
        ) from None


def _buffer() -> memoryview:
    """Return room that lies as devices want it, full of zeros."""
    return memoryview(mmap.mmap(-1, CHUNK))


def _whole(buffer: memoryview, count: int, sector: int) -> memoryview:
    """Return what was read as whole sectors, the last one filled up with zeros."""
    whole = -(-count // sector) * sector
    buffer[count:whole] = bytes(whole - count)
    return buffer[:whole]
