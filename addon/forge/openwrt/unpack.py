"""Unpacks an Image Builder: every member is looked at before it is written.

The archive is read as a stream, each member is checked, and what passes is handed to `tar` as
an archive that we wrote ourselves: no two programs read one header differently. Contents go from
pipe to pipe within the kernel (splice(2)), so that looking costs next to nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
import io
import os
from pathlib import Path
import posixpath
import subprocess
import tarfile
from typing import IO, Final, cast, override

from forge.errors import Integrity, JobError

_DECOMPRESS: Final = {".xz": ("xz", "-dc"), ".zst": ("zstd", "-dcq", "--long=31")}
_PIECE: Final = 1 << 20
_MOST_MEMBERS: Final = 1_000_000
_LONGEST_NAME: Final = 4_096
#: What every Image Builder has in its one folder.
_PARTS: Final = ("Makefile", "target", "packages")


@dataclass(slots=True)
class Unpacked:
    """What came out of an archive."""

    root: Path
    members: int = 0
    size: int = 0
    #: Links to places outside, which hosts' own tools may have left: not unpacked.
    dropped: list[str] = field(default_factory=list)


class Unpacker:
    """Unpacks one archive into an empty folder."""

    def __init__(
        self, archive: Path, folder: Path, *, most: int, checkpoint: Callable[[], None]
    ) -> None:
        """Prepare; `most` is how many bytes may come out of it."""
        self._archive = archive
        self._most = most
        self._checkpoint = checkpoint
        self._folder = folder
        self._links: set[str] = set()
        self._top: str | None = None
        self._unpacked = Unpacked(folder)

    def run(self) -> Unpacked:
        """Unpack it. Raise Integrity (`integrity.archive_unsafe`); the folder is then worthless."""
        command = _DECOMPRESS[self._archive.suffix]
        source = subprocess.Popen(  # noqa: S603 - fixed programs, a path of our own
            [*command, str(self._archive)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pipesize=_PIECE,
        )
        target = subprocess.Popen(  # noqa: S603 - as above
            [
                *("tar", "-x", "-f", "-", "-C", str(self._folder)),
                *("--no-same-owner", "--same-permissions", "--no-overwrite-dir", "-b", "256"),
            ],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            pipesize=_PIECE,
        )
        assert source.stdout is not None and target.stdin is not None  # noqa: PT018, S101 - pipes were asked for
        try:
            with target.stdin as sink:
                self._copy(_Pipe(source.stdout.fileno()), sink.fileno())
        except BrokenPipeError:
            pass  # tar says why, below
        except (tarfile.TarError, EOFError) as error:
            raise _unsafe(f"it is no tar archive: {error}") from None
        except BaseException:
            target.kill()
            raise
        finally:
            source.stdout.close()
            _end(source)
            told = _end(target)
        if target.returncode:
            raise JobError(f"tar failed: {told}", about="program", code=target.returncode)
        return self._checked()

    def _copy(self, source: "_Pipe", sink: int) -> None:
        """Hand on what may be written, member by member."""
        with tarfile.TarFile(fileobj=cast("IO[bytes]", source), mode="r", stream=True) as archive:
            while (member := archive.next()) is not None:
                self._checkpoint()
                if not self._allow(member):
                    continue
                _write(sink, _plain(member).tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape"))
                if member.isreg():
                    source.hand_on(sink, member.size + -member.size % tarfile.BLOCKSIZE)
        _write(sink, bytes(2 * tarfile.BLOCKSIZE))

    def _allow(self, member: tarfile.TarInfo) -> bool:
        """Check a member; False drops it. Raise Integrity."""
        name = member.name.removeprefix("./").rstrip("/")
        if name in ("", "."):
            return False
        steps = name.split("/")
        told = repr(name[:200])
        if name.startswith("/") or ".." in steps or "" in steps or len(name) > _LONGEST_NAME:
            raise _unsafe(f"its member {told} leads outside")
        if self._top is None:
            self._top = steps[0]
        if steps[0] != self._top or (len(steps) == 1 and not member.isdir()):
            raise _unsafe(f"it has more than one folder: {self._top!r} and {steps[0][:200]!r}")
        if any("/".join(steps[:end]) in self._links for end in range(1, len(steps) + 1)):
            raise _unsafe(f"its member {told} goes through a link")
        self._unpacked.members += 1
        self._unpacked.size += member.size
        if self._unpacked.members > _MOST_MEMBERS or self._unpacked.size > self._most:
            raise _unsafe(
                f"it unpacks to more than {self._most >> 20} MiB: raise builder_limit_mb if it may"
            )
        member.name = name
        if member.issym():
            return self._allow_link(member, posixpath.dirname(name))
        if member.islnk():
            return self._allow_hard_link(member)
        if not (member.isreg() or member.isdir()) or member.issparse():
            raise _unsafe(f"its member {told} is neither file, folder nor link")
        return True

    def _allow_link(self, member: tarfile.TarInfo, folder: str) -> bool:
        if member.linkname.startswith("/"):
            # Upstream's own archives may hold some, to tools of the host that made them.
            self._unpacked.dropped.append(f"{member.name} -> {member.linkname}")
            return False
        aim = posixpath.normpath(f"{folder}/{member.linkname}")
        if aim != self._top and not aim.startswith(f"{self._top}/"):
            raise _unsafe(f"its link {member.name[:200]!r} leads outside")
        self._links.add(member.name)
        return True

    def _allow_hard_link(self, member: tarfile.TarInfo) -> bool:
        aim = posixpath.normpath(member.linkname.removeprefix("./"))
        if (
            not aim.startswith(f"{self._top}/")
            or ".." in member.linkname.split("/")
            or any(aim == link or aim.startswith(f"{link}/") for link in self._links)
        ):
            raise _unsafe(f"its hard link {member.name[:200]!r} leads outside")
        member.linkname = aim
        return True

    def _checked(self) -> Unpacked:
        root = self._folder / (self._top or ".")
        missing = [part for part in _PARTS if not (root / part).exists()]
        if self._top is None or missing:
            raise _unsafe(f"it is no Image Builder: {', '.join(missing or _PARTS)} is missing")
        self._unpacked.root = root
        return self._unpacked


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Return a member with nothing but what is wanted of it."""
    plain = tarfile.TarInfo(member.name)
    plain.type = member.type if not member.isreg() else tarfile.REGTYPE
    plain.size = member.size if member.isreg() else 0
    plain.mtime = max(0, int(member.mtime))
    plain.linkname = member.linkname
    # No set-id bits, nothing for others to write, and nothing that a job's user cannot read.
    plain.mode = (member.mode & 0o755) | (0o755 if member.isdir() else 0o644)
    return plain


class _Pipe(io.RawIOBase):
    """What a program writes: headers are read, to the byte, and contents handed on unread."""

    def __init__(self, number: int) -> None:
        """Read from a pipe, which stays its owner's."""
        self._number = number
        self._at = 0

    @override
    def read(self, size: int = -1, /) -> bytes:
        """Return so many bytes, or fewer at the end."""
        read = bytearray()
        while len(read) < size and (piece := os.read(self._number, size - len(read))):
            read += piece
        self._at += len(read)
        return bytes(read)

    @override
    def tell(self) -> int:
        return self._at

    def hand_on(self, sink: int, size: int) -> None:
        """Let so many bytes go on into another pipe. Raise EOFError."""
        self._at += size
        while size:
            if not (gone := os.splice(self._number, sink, min(size, _PIECE))):
                raise EOFError("it ends in the middle of a file")
            size -= gone


def _write(sink: int, content: bytes) -> None:
    """Write all of it: a pipe may take less at a time."""
    left = memoryview(content)
    while left:
        left = left[os.write(sink, left) :]


def _end(process: subprocess.Popen[bytes]) -> str:
    """Wait for a program; return what it complained of."""
    with process:
        told = process.stderr.read() if process.stderr is not None else b""
    return told.decode("utf-8", "replace").strip()[-500:]


def _unsafe(why: str) -> Integrity:
    return Integrity(f"The archive was not unpacked: {why}", about="archive_unsafe")
