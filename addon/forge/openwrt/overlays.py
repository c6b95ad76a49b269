"""Overlays: what a profile lays over an image, gathered, staged and hashed.

Links are laid over as links and never followed here: they mean something on the device only. So
nothing of this host gets into an image but what lies in the shared folder.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
import hashlib
import os
from pathlib import Path
import posixpath
import stat
from typing import BinaryIO, Final

from forge.errors import ForgeError, Invalid, NotFound, Precondition
from forge.openwrt.entries import FOLDER_MODE, Entry, Kind, Origin, checked_link, order, put
from forge.openwrt.profiles.schema import OwnFile, Profile
from forge.openwrt.shared import Shared, shown

MOST_ENTRIES: Final = 50_000
MOST_BYTES: Final = 4 << 30
_PIECE: Final = 1 << 20
_LINK_STEPS: Final = 40
#: Stands before what is hashed, so that no tree has the hash of another kind of tree.
_VERSION: Final = b"atelier overlay 2\0"


def nothing() -> None:
    """Do nothing between two entries."""


def gather(
    profile: Profile,
    shared: Shared,
    checkpoint: Callable[[], None] = nothing,
    *,
    uploaded: Sequence[Entry] = (),
) -> list[Entry]:
    """Return what a profile lays over an image: `overlay_dir`, uploads, `files` on top.

    Raise NotFound, Invalid or Precondition, naming what is missing or may not be. `checkpoint`
    is called again and again and may raise.
    """
    tree: dict[str, Entry] = {}
    if profile.overlay_dir is not None:
        root = _found(shared, profile.overlay_dir, "overlay_not_found")
        if not root.is_dir():
            raise Invalid(
                f"overlay_dir {profile.overlay_dir} is no folder",
                about="overlay_not_dir",
                path=profile.overlay_dir,
            )
        tree = {entry.path: entry for entry in scan(root, checkpoint)}
    for entry in uploaded:
        put(tree, entry)
    try:
        for file in profile.files or ():
            checkpoint()
            _lay(tree, file, shared)
    except OSError as error:
        raise _unreadable(error, "file_stage_error") from None
    _check_size(tree.values())
    return sorted(tree.values(), key=order)


def scan(root: Path, checkpoint: Callable[[], None] = nothing) -> list[Entry]:
    """Return what lies in a folder. Raise Invalid for what no image can hold, Precondition."""
    entries: list[Entry] = []
    folders = [""]
    try:
        while folders:
            checkpoint()
            folder = folders.pop()
            with os.scandir(root / folder) as found:
                for item in found:
                    entry = _entry(item, folder)
                    entries.append(entry)
                    if entry.kind is Kind.FOLDER:
                        folders.append(entry.path)
            if len(entries) > MOST_ENTRIES:
                _check_size(entries)
    except OSError as error:
        raise _unreadable(error, "dir_stage_error") from None
    return sorted(entries, key=order)


def stage(
    entries: Sequence[Entry],
    folder: Path,
    checkpoint: Callable[[], None] = nothing,
    *,
    owner: int | None = None,
) -> None:
    """Make an overlay's tree in a new folder, a user's own where `owner` says which.

    Raise Precondition where it cannot be read.
    """
    folder.mkdir(parents=True)
    folder.chmod(FOLDER_MODE)
    try:
        for entry in entries:
            checkpoint()
            place = folder / entry.path
            if entry.kind is Kind.FOLDER:
                place.mkdir()
            elif entry.kind is Kind.LINK:
                place.symlink_to(entry.target)
            else:
                _copy(entry, place, checkpoint)
        if owner is not None:
            for place in (folder, *(folder / entry.path for entry in entries)):
                os.chown(place, owner, owner, follow_symlinks=False)
        # Folders that nobody may write to are closed last, inner ones first.
        for entry in reversed(entries):
            if entry.kind is Kind.FOLDER:
                (folder / entry.path).chmod(entry.mode)
    except OSError as error:
        raise _unreadable(error, "file_stage_error") from None


def tree_hash(entries: Iterable[Entry]) -> str:
    """Return the hash of a tree: every path, kind, mode, content and link (version 2).

    `2:` and a sha256 over the entries by their paths: kind, path, mode and what there is, each
    ended by NUL; of a file the sha256 of its content, of a link where it leads.
    """
    digest = hashlib.sha256(_VERSION)
    for entry in sorted(entries, key=order):
        held = os.fsencode(entry.sha256 or entry.target)
        if entry.kind is Kind.FILE and entry.sha256 is None:
            content = hashlib.sha256()
            _read(entry, content.update)
            held = content.hexdigest().encode()
        fields = (entry.kind.encode(), os.fsencode(entry.path), b"%o" % entry.mode, held)
        digest.update(b"".join(field + b"\0" for field in fields))
    return f"2:{digest.hexdigest()}"


def tree_hash_v1(entries: Iterable[Entry]) -> str:
    """Return the reference's hash: files by path, each `path NUL mode NUL content NUL`.

    It follows links, but only within the tree, and knows neither links nor folders.
    """
    tree = {entry.path: entry for entry in entries}
    digest = hashlib.sha256()
    for entry in sorted(tree.values(), key=order):
        file = _followed(tree, entry)
        if file is None:
            continue
        digest.update(os.fsencode(entry.path) + b"\0" + b"%o" % file.mode + b"\0")
        _read(file, digest.update)
        digest.update(b"\0")
    return digest.hexdigest()


def _entry(item: os.DirEntry[str], folder: str) -> Entry:
    """Return what one thing of a folder is."""
    path = f"{folder}/{item.name}" if folder else item.name
    found = item.stat(follow_symlinks=False)
    mode = stat.S_IMODE(found.st_mode)
    if item.is_symlink():
        return Entry(path, Kind.LINK, target=checked_link(path, _link(item)))
    if item.is_dir(follow_symlinks=False):
        return Entry(path, Kind.FOLDER, mode)
    if item.is_file(follow_symlinks=False):
        return Entry(path, Kind.FILE, mode, found.st_size, Path(item.path))
    raise Invalid(
        f"{shown(path)} in the overlay is neither file, folder nor link: take it out",
        about="overlay_special",
        path=shown(path),
    )


def _link(item: os.DirEntry[str]) -> str:
    return os.readlink(item.path)  # noqa: PTH115 - Path would change what the link says


def _lay(tree: dict[str, Entry], file: OwnFile, shared: Shared) -> None:
    """Put one file on top of a tree."""
    source = _found(shared, file.source, "source_not_found")
    found = source.stat()
    if not stat.S_ISREG(found.st_mode):
        raise Invalid(
            f"{file.source} is no file; folders go into overlay_dir",
            about="source_not_file",
            path=file.source,
        )
    path = posixpath.normpath(file.destination).lstrip("/")
    mode = int(file.mode, 8) if file.mode else stat.S_IMODE(found.st_mode)
    entry = Entry(path, Kind.FILE, mode, found.st_size, source, origin=Origin.FILE)
    put(tree, entry)


def _found(shared: Shared, path: str, code: str) -> Path:
    """Return where something of the shared folder is; what is missing is told as `code`."""
    try:
        return shared.find(path)
    except NotFound as missing:
        raise NotFound(missing.message, about=code, **missing.facts) from None


def _check_size(entries: Iterable[Entry]) -> None:
    """Raise Precondition for a tree that no device holds."""
    listed = list(entries)
    size = sum(entry.size for entry in listed)
    if len(listed) > MOST_ENTRIES or size > MOST_BYTES:
        raise Precondition(
            f"The overlay has {len(listed)} entries and {size} bytes; {MOST_ENTRIES} and"
            f" {MOST_BYTES} are taken",
            about="overlay_too_large",
            entries=len(listed),
            size=size,
        )


@contextmanager
def opened(entry: Entry) -> Iterator[BinaryIO]:
    """Have a file's content: of the file that was found, and of nothing in its place.

    Raise Precondition where it cannot be read.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(entry.source, flags), "rb") as content:
            yield content
    except OSError as error:
        raise _unreadable(error, "file_stage_error") from None


def _copy(entry: Entry, place: Path, checkpoint: Callable[[], None]) -> None:
    """Copy a file's content and give it its mode, whatever the process's mask."""
    with opened(entry) as content, place.open("xb") as copy:
        while piece := content.read(_PIECE):
            checkpoint()
            copy.write(piece)
        os.fchmod(copy.fileno(), entry.mode)


def _read(entry: Entry, take: Callable[[bytes], None]) -> None:
    """Give a file's content piece by piece."""
    with opened(entry) as content:
        while piece := content.read(_PIECE):
            take(piece)


def _followed(tree: dict[str, Entry], entry: Entry) -> Entry | None:
    """Return the file that an entry is or leads to within the tree, if it does."""
    for _ in range(_LINK_STEPS):
        if entry.kind is Kind.FILE:
            return entry
        if entry.kind is Kind.FOLDER:
            return None
        joined = posixpath.join("/", posixpath.dirname(entry.path), entry.target)
        found = tree.get(posixpath.normpath(joined).lstrip("/"))
        if found is None:
            return None
        entry = found
    return None


def _unreadable(error: OSError, code: str) -> ForgeError:
    # Only what is opened by its name fails with it; a full disk has none.
    where = shown(error.filename) if error.filename is not None else "where it is staged"
    return Precondition(
        f"The overlay cannot be staged: {error.strerror}: {where}", about=code, path=where
    )
