"""The keys that an Image Builder makes at its first use: kept for all its builds."""

from collections.abc import Mapping
from pathlib import Path
import shutil
from typing import Final
from uuid import uuid4

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


def write(keys: Mapping[str, bytes], folder: Path) -> None:
    """Write keys into a folder, each for its owner alone."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for name, key in keys.items():
        path = folder / name
        path.touch(mode=0o600)
        path.write_bytes(key)


def keep(keys: Mapping[str, bytes], folder: Path) -> None:
    """Keep the keys that an Image Builder made, all or none, for the builds to come."""
    if not keys:
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    coming = folder.with_name(f".{uuid4().hex}")
    write(keys, coming)
    try:
        coming.rename(folder)
    except OSError:
        shutil.rmtree(coming)  # somebody was faster, and one pair serves all
        if not folder.is_dir():
            raise
