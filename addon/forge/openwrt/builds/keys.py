"""The keys that an Image Builder makes at its first use: kept for all its builds."""

from pathlib import Path
import shutil
from typing import Final
from uuid import uuid4

from forge.openwrt.builders.ready import Ready

#: A key has some hundred bytes; what is larger is none.
_LARGEST: Final = 65_536
_MOST: Final = 100


def read(folder: Path) -> dict[str, bytes]:
    """Return the keys in a folder, by name."""
    if not folder.is_dir():
        return {}
    found = {}
    for path in sorted(folder.iterdir())[:_MOST]:
        if path.is_file() and path.stat().st_size <= _LARGEST:
            found[path.name] = path.read_bytes()
    return found


def write(keys: dict[str, bytes], folder: Path) -> None:
    """Write keys into a folder, each for its owner alone."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for name, key in keys.items():
        path = folder / name
        path.touch(mode=0o600)
        path.write_bytes(key)


def keep(keys: dict[str, bytes], ready: Ready) -> None:
    """Keep the keys that an Image Builder made, all or none, for the builds to come."""
    if not keys or not ready.tree.is_dir():
        return
    coming = ready.keys.with_name(f"keys.{uuid4().hex}")
    write(keys, coming)
    try:
        coming.rename(ready.keys)
    except OSError:
        shutil.rmtree(coming)  # somebody was faster, and one pair serves all
        if not ready.keys.is_dir():
            raise
