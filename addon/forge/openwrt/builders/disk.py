"""Where Image Builders are on this host's disk."""

import json
from pathlib import Path
import shutil
import time
from typing import Final
from uuid import uuid4

from forge.openwrt.place import Place
from forge.settings import Settings

_STAMP: Final = "ready.json"
_PART_KEPT_S: Final = 7 * 86_400


class Shelf:
    """The unpacked trees, each in a folder that its archive's hash names."""

    def __init__(self, settings: Settings) -> None:
        """Look below the data folder."""
        self._root = settings.data_dir / "builders"
        self._keys = settings.data_dir / "openwrt" / "builder-keys"

    @property
    def coming(self) -> Path:
        """Where archives and half-unpacked trees are, on the same disk."""
        folder = self._root / ".coming"
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        return folder

    def tree(self, place: Place, sha256: str) -> Path:
        """Return where the tree of an archive belongs."""
        return self._folder(place) / sha256[:16] / "tree"

    def keys(self, sha256: str) -> Path:
        """Return where the keys are that an archive's tree made at its first use.

        They outlive the tree: what they signed is in images.
        """
        return self._keys / sha256[:16]

    def ready(self, place: Place, sha256: str | None) -> bool:
        """Tell whether a tree is there, whole."""
        if sha256 is None:
            return False
        try:
            stamp = self._stamp(place, sha256).read_text("utf-8")
            return json.loads(stamp)["sha256"] == sha256 and self.tree(place, sha256).is_dir()
        except (OSError, ValueError, KeyError):
            return False

    def put(self, root: Path, place: Place, sha256: str) -> Path:
        """Move an unpacked tree to its place; nothing there counts before `finish`."""
        tree = self.tree(place, sha256)
        self.drop(tree.parent)
        tree.parent.mkdir(parents=True)
        # Whatever this process's mask is: jobs' users copy it.
        for folder in (root, *tree.parents[: len(tree.relative_to(self._root).parts)]):
            folder.chmod(0o755)
        root.rename(tree)
        return tree

    def finish(self, place: Place, sha256: str) -> None:
        """Say that a tree is whole, and drop others of the same place."""
        stamp = self._stamp(place, sha256)
        coming = stamp.with_suffix(".coming")
        coming.write_text(json.dumps({"sha256": sha256}), "utf-8")
        coming.replace(stamp)
        for other in self._folder(place).iterdir():
            if other != stamp.parent:
                self.drop(other)

    def remove(self, place: Place) -> None:
        """Delete every tree of a place."""
        folder = self._folder(place)
        self.drop(folder)
        for parent in (folder.parent, folder.parent.parent):
            if parent.is_dir() and not any(parent.iterdir()):
                parent.rmdir()

    def drop(self, folder: Path) -> None:
        """Delete a folder: out of the way at once, whatever happens then."""
        if folder.exists():
            gone = self.coming / f"gone-{uuid4().hex}"
            folder.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)

    def sweep(self) -> None:
        """Delete what deaths left of deleting, and beginnings that nobody goes on with."""
        for gone in self.coming.glob("gone-*"):
            shutil.rmtree(gone, ignore_errors=True)
        for part in self.coming.glob("*.part"):
            if time.time() - part.stat().st_mtime > _PART_KEPT_S:
                part.unlink(missing_ok=True)

    def _folder(self, place: Place) -> Path:
        return self._root / place.release / place.target / place.subtarget

    def _stamp(self, place: Place, sha256: str) -> Path:
        return self._folder(place) / sha256[:16] / _STAMP
