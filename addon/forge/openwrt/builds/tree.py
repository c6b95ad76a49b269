"""A build's own copy of an Image Builder: nothing that it does there reaches another build."""

import base64
import binascii
from pathlib import Path

from forge.errors import Precondition
from forge.jobs.context import Context
from forge.openwrt.builders.copying import copy
from forge.openwrt.builders.ready import Ready
from forge.openwrt.builds import keys
from forge.openwrt.builds.feeds import mirrored
from forge.openwrt.builds.recipe import FeedsMode, Recipe
from forge.openwrt.builds.sizes import sizes


class Tree:
    """A private copy, with the feeds and keys that a recipe asks for."""

    def __init__(self, ctx: Context, root: Path) -> None:
        """Work in a folder that is a copy already."""
        self._ctx = ctx
        self.root = root
        self._feeds: dict[Path, str] = {}

    @classmethod
    def copy(cls, ctx: Context, ready: Ready) -> "Tree":
        """Copy an Image Builder, with the keys that it made before. Raise as `copy` does."""
        tree = cls(ctx, copy(ctx, ready.tree, ctx.folder / "tree"))
        tree.put_keys(ready)
        return tree

    def set_feeds(self, recipe: Recipe) -> None:
        """Put the recipe's feeds and keys beside the tree's own, or in their place."""
        with self._ctx.acting():
            self._set_feeds(recipe)
            self._use_mirror(0)

    def _set_feeds(self, recipe: Recipe) -> None:
        folder = self.root / "keys"
        for path in (self.root / "repositories", self.root / "repositories.conf"):
            if not path.is_file():
                continue
            apk = path.name == "repositories"
            own = path.read_text("utf-8")
            lines = own.splitlines()
            if recipe.feeds and recipe.feeds_mode is FeedsMode.REPLACE:
                lines = [line for line in lines if not _is_remote(line)]
            for name, url in recipe.feeds.items():
                lines.append(_apk(url) if apk else f"src/gz {name} {url}")
            self._feeds[path] = "\n".join(lines) + "\n"
            for number, key in enumerate(recipe.feed_keys):
                folder.mkdir(exist_ok=True)
                (folder / f"given-{number}.pem" if apk else folder / _usign(key)).write_text(
                    key if key.endswith("\n") else f"{key}\n", "ascii"
                )

    def use_mirror(self, turn: int) -> None:
        """Take packages from one of the mirrors that were set."""
        with self._ctx.acting():
            self._use_mirror(turn)

    def _use_mirror(self, turn: int) -> None:
        for path, text in self._feeds.items():
            coming = path.with_name(f"{path.name}.coming")
            coming.write_text(mirrored(self._ctx.settings, text, turn), "utf-8")
            coming.replace(path)

    def sizes(self) -> dict[str, int]:
        """Return the sizes of packages, as far as the feeds' lists tell them."""
        with self._ctx.acting():
            return sizes(self.root)

    def put_keys(self, ready: Ready) -> None:
        """Give the tree the keys that its Image Builder made before, if it did."""
        found = keys.read(ready.keys)
        with self._ctx.acting():
            keys.write(found, self.root / "keys")

    def keys(self) -> dict[str, bytes]:
        """Return the tree's keys."""
        with self._ctx.acting():
            return keys.read(self.root / "keys")


def _is_remote(line: str) -> bool:
    return "http://" in line or "https://" in line


def _apk(url: str) -> str:
    return url if url.endswith(".adb") else f"{url.rstrip('/')}/packages.adb"


def _usign(key: str) -> str:
    """Return the name under which opkg looks for a usign key. Raise Precondition."""
    lines = key.strip().splitlines()
    try:
        return base64.b64decode(lines[-1], validate=True)[2:10].hex()
    except (IndexError, binascii.Error):
        raise Precondition("A key of a feed is no usign key", about="feed_key") from None
