"""What lies in an overlay, and how one thing goes on top of others."""

from dataclasses import dataclass
from enum import StrEnum
import os
from pathlib import Path, PurePosixPath
import posixpath
from typing import Final

from forge.errors import Invalid
from forge.openwrt.shared import shown

FOLDER_MODE: Final = 0o755


class Kind(StrEnum):
    """What lies in an overlay."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"


class Origin(StrEnum):
    """What a profile has a thing from, in the order in which they are laid down."""

    FOLDER = "overlay_dir"
    UPLOAD = "upload"
    FILE = "files"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of an overlay, by its path on the device without the first slash."""

    path: str
    kind: Kind
    mode: int = 0
    size: int = 0
    #: Where a file's content is.
    source: Path = Path()
    #: Where a link leads.
    target: str = ""
    #: Of a file's content, where it is known and kept as it was.
    sha256: str | None = None
    origin: Origin = Origin.FOLDER


def put(tree: dict[str, Entry], entry: Entry) -> None:
    """Put one thing on top of a tree, with the folders that it needs. Raise Invalid."""
    for parent in reversed(PurePosixPath(entry.path).parents[:-1]):
        there = tree.setdefault(
            str(parent), Entry(str(parent), Kind.FOLDER, FOLDER_MODE, origin=entry.origin)
        )
        if there.kind is not Kind.FOLDER:
            raise Invalid(
                f"/{shown(entry.path)} would lie below /{shown(str(parent))}, which the overlay"
                f" makes a {there.kind}: name the real folder",
                about="symlink_escape" if there.kind is Kind.LINK else "overlay_conflict",
                path=f"/{shown(entry.path)}",
            )
    now = tree.get(entry.path)
    if now is not None and (now.kind is Kind.FOLDER) != (entry.kind is Kind.FOLDER):
        raise Invalid(
            f"/{shown(entry.path)} is a {now.kind} of the overlay and cannot be a {entry.kind},"
            " too: name a file in it, or take one of both out",
            about="overlay_conflict",
            path=f"/{shown(entry.path)}",
        )
    tree[entry.path] = entry


def order(entry: Entry) -> tuple[bytes, ...]:
    """Sort by path, step by step: a folder's content follows it at once."""
    return tuple(os.fsencode(step) for step in entry.path.split("/"))


def checked_link(path: str, target: str) -> str:
    """Return where a link leads: anywhere on the device, but not out of it. Raise Invalid."""
    if not target.startswith("/"):
        led = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        if led == ".." or led.startswith("../"):
            raise Invalid(
                f"The link {shown(path)} leads out of the overlay, to {shown(target)}: let it"
                " begin with / to mean a path on the device",
                about="symlink_escape",
                path=shown(path),
            )
    return target
