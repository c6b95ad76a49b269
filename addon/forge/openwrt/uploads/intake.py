"""Takes an upload in: what an archive holds becomes entries whose contents are kept."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
import stat
from typing import Final

from forge.errors import Invalid
from forge.openwrt.entries import FOLDER_MODE, Entry, Kind, Origin, put
from forge.openwrt.uploads.archives import Member, members, too_large
from forge.openwrt.uploads.blobs import Blobs
from forge.openwrt.uploads.paths import checked, checked_link

MOST_ENTRIES: Final = 10_000
_FILE_MODE: Final = 0o644
_PROGRAM_MODE: Final = 0o755
_PROGRAMS: Final = (b"#!", b"\x7fELF")
#: Around its contents a tar file has a head for each, and fills up blocks.
_AROUND: Final = 2048 * MOST_ENTRIES


class Intake:
    """One upload, as it comes in."""

    def __init__(self, blobs: Blobs, most: int) -> None:
        """Keep contents there, of no more than `most` bytes together."""
        self._blobs = blobs
        self._most = most
        self._left = most
        self.entries: dict[str, Entry] = {}

    def archive(self, path: Path) -> None:
        """Take all of an archive in. Raise Invalid, naming the member that may not be."""
        for member in members(path, self._most + _AROUND):
            name = checked(member.name)
            if not name:
                continue
            if not member.kind:
                raise Invalid(
                    f"{name} in the archive is neither file, folder nor link: take it out",
                    about="overlay_special",
                    path=name,
                )
            there = self.entries.get(name)
            if there is not None and there.kind is not Kind.FOLDER:
                raise Invalid(
                    f"{name} is in the archive twice", about="overlay_duplicate", path=name
                )
            self.add(self._entry(name, member))

    def file(self, path: str, source: Path, mode: int | None) -> None:
        """Take one file in, in the place of what is there."""
        with source.open("rb") as content:
            read = content.read
            member = Member(name=path, kind=stat.S_IFREG, mode=mode, read=read)
            self.add(self._entry(path, member))

    def add(self, entry: Entry) -> None:
        """Add what is known. Raise Invalid where it contradicts what is there."""
        put(self.entries, entry)
        if len(self.entries) > MOST_ENTRIES:
            raise Invalid(
                f"The overlay has more than {MOST_ENTRIES} entries", about="overlay_too_large"
            )

    def _entry(self, name: str, member: Member) -> Entry:
        upload = Origin.UPLOAD
        if member.kind == stat.S_IFDIR:
            mode = FOLDER_MODE if member.mode is None else member.mode
            return Entry(name, Kind.FOLDER, mode, origin=upload)
        if member.kind == stat.S_IFLNK:
            target = checked_link(name, member.target)
            return Entry(name, Kind.LINK, target=target, origin=upload)
        if member.same:
            first = self.entries.get(checked(member.target))
            if first is None or first.kind is not Kind.FILE:
                raise Invalid(
                    f"{name} is the same as a file that the archive has not", about="archive"
                )
            return replace(first, path=name)
        sha256, size, start = self._blobs.keep(self._bounded(member))
        known = _PROGRAM_MODE if start.startswith(_PROGRAMS) else _FILE_MODE
        mode = known if member.mode is None else member.mode
        return Entry(
            name, Kind.FILE, mode, size, self._blobs.path(sha256), sha256=sha256, origin=upload
        )

    def _bounded(self, member: Member) -> Callable[[int], bytes]:
        """Return what reads a member, and no more than may still come."""

        def read(most: int) -> bytes:
            piece = member.read(most)
            self._left -= len(piece)
            if self._left < 0:
                raise too_large()
            return piece

        return read
