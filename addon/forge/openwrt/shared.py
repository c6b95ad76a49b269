"""The shared folder: what people put there for profiles, and nothing outside of it."""

import os
from pathlib import Path
import stat
from typing import BinaryIO

from forge.errors import Invalid, NotFound


class Shared:
    """A folder; whatever leads out of it, by `..` or by a link, is refused."""

    def __init__(self, root: Path) -> None:
        """Look below a folder, which need not be there yet."""
        self.root = root

    def find(self, path: str | Path) -> Path:
        """Return where something really is. Raise Invalid outside, NotFound if missing."""
        root = self.root.resolve()
        found = (root / path).resolve()
        if not found.is_relative_to(root):
            raise Invalid(
                f"{shown(path)} leads out of the shared folder: put it, or a copy, there",
                about="path_traversal",
                path=shown(path),
            )
        if not found.exists():
            raise NotFound(
                f"There is no {shown(path)} in the shared folder {self.root}",
                about="shared",
                path=shown(path),
            )
        return found

    def folder(self, path: str, *, make: bool = False) -> Path:
        """Return a folder, made if it is missing and asked for. Raise Invalid or NotFound."""
        try:
            found = self.find(path)
        except NotFound:
            if not make:
                raise
            (self.root / path).mkdir(parents=True, exist_ok=True)
            found = self.find(path)
        if not found.is_dir():
            raise Invalid(f"{path} is no folder", about="not_a_folder", path=path)
        return found

    def open(self, path: str | Path) -> BinaryIO:
        """Open a file for reading. Raise Invalid or NotFound, or OSError."""
        found = self.find(path)
        # A pipe would keep its reader waiting for a writer.
        number = os.open(found, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        if not stat.S_ISREG(os.fstat(number).st_mode):
            os.close(number)
            raise Invalid(f"{shown(path)} is no file", about="not_a_file", path=shown(path))
        return os.fdopen(number, "rb")


def shown(path: str | Path) -> str:
    """Return a path as text that can be sent: some files' names are none."""
    return os.fsencode(path).decode("utf-8", "replace")
