"""Reads an archive that somebody sent: member by member, within bounds, and writes no path."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
import io
import lzma
from pathlib import Path
import stat
import tarfile
from typing import Any, Final, Protocol, override
import zipfile
import zlib

from forge.errors import Invalid

_READ: Final = 1 << 16
#: What unpacking one xz stream may take, whatever its head says.
_MOST_MEMORY: Final = 128 << 20
#: Of a zip file, the list of its members is read at once.
_LONGEST_LIST: Final = 4 << 20
_LIST_END: Final = b"PK\x05\x06"
_LIST_END_SIZE: Final = 22
_LONGEST_LINK: Final = 4096
_ENCRYPTED: Final = 0x1
_UNIX: Final = 3


@dataclass(frozen=True, slots=True)
class Member:
    """One thing of an archive, as it says."""

    name: str
    #: `stat`'s kinds: S_IFREG, S_IFDIR, S_IFLNK; 0 for what no overlay can hold.
    kind: int
    #: None where the archive knows no modes.
    mode: int | None
    #: Where a link leads; of a hard link, the member that it is the same as.
    target: str = ""
    same: bool = False
    read: Callable[[int], bytes] = lambda _most: b""


def members(archive: Path, most: int) -> Iterator[Member]:
    """Return what a zip or tar file holds, packed by gzip or xz or not.

    Each must be read before the next. Raise Invalid (`validation.archive`) for what is none, and
    where more than `most` bytes come out.
    """
    with archive.open("rb") as file:
        start = file.read(6)
    try:
        if start.startswith(b"PK"):
            yield from _zip(archive, most)
        else:
            with archive.open("rb") as file:
                yield from _tar(_unpacked(file, start, most))
    except (
        *(tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError),
        *(NotImplementedError, UnicodeError, RuntimeError),
    ) as error:
        raise Invalid(
            f"That is no archive that can be read ({error}): send tar, tar.gz, tar.xz or zip",
            about="archive",
        ) from None


def _tar(source: io.RawIOBase | io.BufferedIOBase) -> Iterator[Member]:
    with tarfile.open(fileobj=source, mode="r|") as archive:
        for one in archive:
            # Nothing is looked up later, so nothing need be remembered.
            vars(archive)["members"].clear()
            content = archive.extractfile(one) if one.isreg() else None
            kind = 0
            if one.isreg() or one.islnk():
                kind = stat.S_IFREG
            elif one.isdir():
                kind = stat.S_IFDIR
            elif one.issym():
                kind = stat.S_IFLNK
            yield Member(
                name=one.name,
                kind=0 if one.issparse() else kind,
                mode=one.mode & 0o7777,
                target=one.linkname,
                same=one.islnk(),
                read=content.read if content is not None else lambda _most: b"",
            )


def _zip(path: Path, most: int) -> Iterator[Member]:
    _check_list(path)
    left = most
    with zipfile.ZipFile(path) as archive:
        for one in archive.infolist():
            if one.flag_bits & _ENCRYPTED:
                raise Invalid("The archive is encrypted: send it without", about="archive")
            unix = one.create_system == _UNIX
            mode = one.external_attr >> 16 if unix else 0
            kind = stat.S_IFMT(mode) or (stat.S_IFDIR if one.is_dir() else stat.S_IFREG)
            if kind not in (stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK):
                kind = 0
            with archive.open(one) as content:
                bounded = _Bounded(content, left)
                target = ""
                if kind == stat.S_IFLNK:
                    target = bounded.read(_LONGEST_LINK).decode()
                yield Member(
                    name=one.filename,
                    kind=kind,
                    mode=stat.S_IMODE(mode) or None,
                    target=target,
                    read=bounded.read,
                )
                left = bounded.left


def _check_list(path: Path) -> None:
    """Raise Invalid for a list of members that would fill the memory."""
    with path.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(max(0, size - _LIST_END_SIZE - 0xFFFF))
        end = file.read()
    found = end.rfind(_LIST_END)
    length = int.from_bytes(end[found + 12 : found + 16], "little") if found >= 0 else 0
    # One of 64 bits has all bits set here, and is far larger than any that is taken.
    if found < 0 or length > _LONGEST_LIST or b"PK\x06\x07" in end:
        raise Invalid("The zip file has no list of members, or too long a one", about="archive")


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Bounded:
    """Reads no further than a bound."""

    def __init__(self, source: _Readable, left: int) -> None:
        self._source = source
        self.left = left

    def read(self, most: int) -> bytes:
        piece = self._source.read(most)
        self.left -= len(piece)
        if self.left < 0:
            raise too_large()
        return piece


class _Unpacking(io.RawIOBase):
    """What comes out of a packed file, no more than a bound."""

    def __init__(self, source: io.BufferedReader, machine: Any, left: int) -> None:
        super().__init__()
        self._source = source
        self._machine = machine
        self._left = left
        self._rest = b""

    @override
    def readable(self) -> bool:
        return True

    @override
    def read(self, size: int = -1, /) -> bytes:
        piece = self._piece(size if size >= 0 else self._left + 1)
        self._left -= len(piece)
        if self._left < 0:
            raise too_large()
        return piece

    def _piece(self, size: int) -> bytes:
        while not self._machine.eof:
            if isinstance(self._machine, lzma.LZMADecompressor):
                # Asked before: what it still holds may turn out to be nothing, and is no end.
                wants = self._machine.needs_input
                packed = self._source.read(_READ) if wants else b""
                piece = self._machine.decompress(packed, size)
                ended = wants and not packed
            else:
                packed = self._rest or self._source.read(_READ)
                piece = self._machine.decompress(packed, size)
                self._rest = self._machine.unconsumed_tail
                ended = not packed
            if piece:
                return bytes(piece)
            if ended:
                raise EOFError("it ends in the middle")
        return b""


def _unpacked(file: io.BufferedReader, start: bytes, most: int) -> io.RawIOBase | io.BufferedIOBase:
    if start.startswith(b"\x1f\x8b"):
        return _Unpacking(file, zlib.decompressobj(wbits=31), most)
    if start.startswith(b"\xfd7zXZ\x00"):
        machine = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MOST_MEMORY)
        return _Unpacking(file, machine, most)
    return file


def too_large() -> Invalid:
    """Return what is told of an archive out of which too much comes."""
    return Invalid(
        "More comes out of the archive than an overlay may have: send less, or raise"
        " overlay_limit_mb",
        about="overlay_too_large",
    )
