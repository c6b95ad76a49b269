"""A build's own copy of an Image Builder: nothing that it does there reaches another build."""

import base64
import binascii
from pathlib import Path
import re
import shutil
from typing import Final

from forge.errors import JobError, Precondition
from forge.jobs.context import Context
from forge.openwrt.builders.ensure import Ready
from forge.openwrt.builds.feeds import mirrored
from forge.openwrt.builds.recipe import FeedsMode, Recipe
from forge.openwrt.builds.sizes import sizes

#: `make` gets paths of ours; in these it finds nothing to expand.
_PATH: Final = re.compile(r"/[A-Za-z0-9_./+-]*")


class Tree:
    """A private copy, with the feeds and keys that a recipe asks for."""

    def __init__(self, ctx: Context, root: Path) -> None:
        """Work in a folder that is a copy already."""
        self._ctx = ctx
        self.root = root
        self._feeds: dict[Path, str] = {}

    @classmethod
    def copy(cls, ctx: Context, ready: Ready) -> "Tree":
        """Copy an Image Builder; where the disk can, by sharing what does not change.

        Raise Precondition where the data folder's path is nothing for `make`.
        """
        root = ctx.folder / "tree"
        if not _PATH.fullmatch(str(root)):
            raise Precondition(
                f"data_dir may hold letters, digits and _./+- only: {ctx.settings.data_dir}",
                about="data_dir",
            )
        shutil.rmtree(root, ignore_errors=True)
        ended = ctx.run_process(["cp", "-a", "--reflink=auto", str(ready.tree), str(root)])
        if ended.code:
            raise JobError("The Image Builder could not be copied", about="program")
        if ready.keys.is_dir():
            shutil.copytree(ready.keys, root / "keys", dirs_exist_ok=True)
        return cls(ctx, root)

    def set_feeds(self, recipe: Recipe) -> None:
        """Put the recipe's feeds and keys beside the tree's own, or in their place."""
        keys = self.root / "keys"
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
                keys.mkdir(exist_ok=True)
                (keys / f"given-{number}.pem" if apk else keys / _usign(key)).write_text(
                    key if key.endswith("\n") else f"{key}\n", "ascii"
                )
        self.use_mirror(0)

    def use_mirror(self, turn: int) -> None:
        """Take packages from one of the mirrors that were set."""
        for path, text in self._feeds.items():
            coming = path.with_name(f"{path.name}.coming")
            coming.write_text(mirrored(self._ctx.settings, text, turn), "utf-8")
            coming.replace(path)

    def sizes(self) -> dict[str, int]:
        """Return the sizes of packages, as far as the feeds' lists tell them."""
        return sizes(self.root)

    def new_keys(self, before: set[str]) -> dict[str, Path]:
        """Return the keys that the tree made itself since then."""
        return {name: path for name, path in self.keys().items() if name not in before}

    def keys(self) -> dict[str, Path]:
        """Return the tree's keys."""
        folder = self.root / "keys"
        if not folder.is_dir():
            return {}
        return {path.name: path for path in sorted(folder.iterdir()) if path.is_file()}


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
