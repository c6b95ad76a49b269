"""What packages came to, kept for who asks the same of the same feeds: builds after a plan."""

from collections.abc import Iterable
from contextlib import suppress
import hashlib
import json
import os
from pathlib import Path
from typing import Final

from forge.openwrt.builders.ready import Ready
from forge.openwrt.builds import feeds
from forge.openwrt.builds.artifacts import Found
from forge.openwrt.builds.causes import parse_manifest
from forge.openwrt.builds.making import Making, Resolved
from forge.openwrt.builds.recipe import Recipe
from forge.settings import Settings

_VERSION: Final = 1
#: So many answers are kept, the newest.
_MOST: Final = 1000


class Resolving:
    """Finds the packages of one recipe, without `make` where it was asked before."""

    def __init__(self, settings: Settings, recipe: Recipe, ready: Ready, making: Making) -> None:
        """Ask for a recipe in its tree."""
        self._settings = settings
        self._recipe = recipe
        self._ready = ready
        self._making = making
        self._folder = settings.data_dir / "openwrt" / "resolved"

    def known(self) -> Resolved | None:
        """Return the recipe's packages, where the same was resolved before."""
        path = self._path(self._recipe.packages)
        if path is None:
            return None
        try:
            return Resolved(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError):
            return None

    def resolve(self, packages: list[str] | None = None) -> Resolved:
        """Return packages by `make`, and keep them. Raise as `Making.resolve` does."""
        words = self._recipe.packages if packages is None else packages
        resolved = self._making.resolve(words)
        if (path := self._path(words)) is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            coming = path.with_name(f"{path.name}.{os.getpid()}")
            coming.write_text(json.dumps(resolved.manifest), "utf-8")
            coming.replace(path)
            self._forget()
        return resolved

    def _path(self, words: list[str]) -> Path | None:
        """Return where it is kept what words came to; None where it may be another thing by now.

        It may be where nobody knows what feeds offer. And before an Image Builder was asked
        for the first time it has no keys of its own.
        """
        if self._settings.offline or self._recipe.feeds or not self._ready.keys.is_dir():
            return None
        offered = feeds.known(self._settings, self._ready.info)
        if offered is None:
            return None
        said = [_VERSION, self._ready.sha256, offered, self._recipe.board, words]
        return self._folder / f"{hashlib.sha256(json.dumps(said).encode()).hexdigest()}.json"

    def _forget(self) -> None:
        """Keep the newest."""
        kept = []
        for path in self._folder.glob("*.json"):
            with suppress(FileNotFoundError):  # another job forgets, too
                kept.append((path.stat().st_mtime, path))
        for _written, old in sorted(kept)[:-_MOST]:
            old.unlink(missing_ok=True)


def is_of(resolved: Resolved, found: Iterable[Found]) -> bool:
    """Tell whether an image holds what was resolved, by its own manifest.

    That may call a library by its name with its ABI's, so versions are compared.
    """
    for one in found:
        if one.type == "manifest":
            held = parse_manifest(one.path.read_text("utf-8", "replace").splitlines())
            return sorted(held.values()) == sorted(resolved.manifest.values())
    return False
