"""A whole overlay as one tar file, for people and for workers on other hosts."""

from collections.abc import Callable, Sequence
from pathlib import Path
import tarfile
from typing import BinaryIO, Final

from forge.errors import Integrity
from forge.openwrt import overlays
from forge.openwrt.entries import Entry, Kind
from forge.openwrt.uploads.blobs import Blobs

_KINDS: Final = {
    Kind.FILE: tarfile.REGTYPE,
    Kind.FOLDER: tarfile.DIRTYPE,
    Kind.LINK: tarfile.SYMTYPE,
}
_BY_TYPE: Final = {type_: kind for kind, type_ in _KINDS.items()}


def pack(entries: Sequence[Entry], to: BinaryIO) -> None:
    """Write a tar file, the same for the same entries. Raise Precondition as `stage` does."""
    with tarfile.open(fileobj=to, mode="w|", format=tarfile.GNU_FORMAT) as archive:
        for entry in entries:
            head = tarfile.TarInfo(entry.path)
            head.type = _KINDS[entry.kind]
            head.mode, head.size, head.linkname = entry.mode, entry.size, entry.target
            if entry.kind is not Kind.FILE:
                archive.addfile(head)
                continue
            with overlays.opened(entry) as content:
                archive.addfile(head, content)


def unpack(
    source: BinaryIO, folder: Path, tree: str, checkpoint: Callable[[], None]
) -> list[Entry]:
    """Return what a tar file of ours holds, its contents kept in a folder.

    Raise Integrity where it is not the tree that it should be: it has that hash.
    """
    blobs = Blobs(folder)
    entries = []
    try:
        with tarfile.open(fileobj=source, mode="r|") as archive:
            for head in archive:
                vars(archive)["members"].clear()
                checkpoint()
                kind = _BY_TYPE[head.type]
                content = archive.extractfile(head) if kind is Kind.FILE else None
                sha256, path = None, Path()
                if content is not None:
                    sha256, _size, _start = blobs.keep(content.read)
                    path = blobs.path(sha256)
                entries.append(
                    Entry(
                        path=head.name,
                        kind=kind,
                        mode=0 if kind is Kind.LINK else head.mode,
                        size=head.size,
                        source=path,
                        target=head.linkname,
                        sha256=sha256,
                    )
                )
    except (tarfile.TarError, EOFError, KeyError) as error:
        raise Integrity(f"The overlay came damaged: {error}", about="checksum_mismatch") from None
    if overlays.tree_hash(entries) != tree:
        raise Integrity(
            "The overlay arrived differently from how it was sent", about="checksum_mismatch"
        )
    return entries
