"""Archives that must never be unpacked: a genuine one, and one thing more."""

from collections.abc import Callable
from compression import zstd
import io
import lzma
import tarfile
from typing import Final

from rig.openwrt.archive import builder_name, compress, decompress
from rig.openwrt.releases import Release, Target

BOMB_PIECE: Final = 64 << 20
BOMB_PIECES: Final = 256

type Maker = Callable[[bytes, Release, Target], bytes]


def traversal(genuine: bytes, release: Release, target: Target) -> bytes:
    """Pack a file above the top folder, by dots."""
    path = f"{builder_name(release, target)}/../../escaped"
    return _with(genuine, release, _file(path, b"out\n"))


def absolute(genuine: bytes, release: Release, _target: Target) -> bytes:
    """Pack a file at an absolute path."""
    return _with(genuine, release, _file("/tmp/escaped-from-an-archive", b"out\n"))  # noqa: S108 - what must not be written


def hard_link(genuine: bytes, release: Release, target: Target) -> bytes:
    """Pack a second name for a file of the system's."""
    link = _link(builder_name(release, target), tarfile.LNKTYPE, "/etc/passwd")
    return _with(genuine, release, link)


def symlink_escape(genuine: bytes, release: Release, target: Target) -> bytes:
    """Pack a link out of the tree, and a file written through it."""
    top = builder_name(release, target)
    return _with(
        genuine,
        release,
        _link(top, tarfile.SYMTYPE, "../../.."),
        _file(f"{top}/evil/escaped", b"out\n"),
    )


def device(genuine: bytes, release: Release, target: Target) -> bytes:
    """Pack a node of a disk."""
    member = tarfile.TarInfo(f"{builder_name(release, target)}/disk")
    member.type, member.devmajor, member.devminor = tarfile.BLKTYPE, 8, 0
    return _with(genuine, release, (member, b""))


def two_roots(genuine: bytes, release: Release, _target: Target) -> bytes:
    """Pack a second top folder."""
    return _with(genuine, release, _file("another-builder/Makefile", b"all:\n"))


def no_builder(_genuine: bytes, release: Release, target: Target) -> bytes:
    """Pack a folder of the right name with nothing in it that builds."""
    return compress(_tar(_file(f"{builder_name(release, target)}/README", b"no\n")), release)


def empty(_genuine: bytes, release: Release, _target: Target) -> bytes:
    """Pack nothing at all, well."""
    return compress(_tar(), release)


def cut_short(genuine: bytes, _release: Release, _target: Target) -> bytes:
    """Keep the first half of an archive."""
    return genuine[: len(genuine) // 2]


def not_an_archive(_genuine: bytes, _release: Release, _target: Target) -> bytes:
    """Return the page that a proxy put in its place."""
    return b"<html><body>Please log in to this network.</body></html>\n"


def bomb(_genuine: bytes, release: Release, target: Target) -> bytes:
    """Pack a file of 16 GiB in a few kilobytes."""
    member = tarfile.TarInfo(f"{builder_name(release, target)}/bomb")
    member.size = BOMB_PIECE * BOMB_PIECES
    zeros = bytes(BOMB_PIECE)
    # Both formats may be joined end to end.
    piece = lzma.compress(zeros, preset=0) if release.suffix == "tar.xz" else zstd.compress(zeros)
    return compress(member.tobuf(tarfile.GNU_FORMAT), release) + piece * BOMB_PIECES


ARCHIVES: Final[dict[str, Maker]] = {
    maker.__name__: maker
    for maker in (
        traversal,
        absolute,
        hard_link,
        symlink_escape,
        device,
        two_roots,
        no_builder,
        empty,
        cut_short,
        not_an_archive,
        bomb,
    )
}


def _file(name: str, content: bytes) -> tuple[tarfile.TarInfo, bytes]:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    return member, content


def _link(top: str, kind: bytes, goal: str) -> tuple[tarfile.TarInfo, bytes]:
    member = tarfile.TarInfo(f"{top}/evil")
    member.type, member.linkname = kind, goal
    return member, b""


def _tar(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for member, content in members:
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def _with(genuine: bytes, release: Release, *members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    packed = io.BytesIO(decompress(genuine, release))
    with tarfile.open(fileobj=packed, mode="a") as tar:
        for member, content in members:
            tar.addfile(member, io.BytesIO(content))
    return compress(packed.getvalue(), release)
