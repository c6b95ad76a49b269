"""Folders that keep what a mirror has written, each for one mirror at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
import fcntl
from itertools import count
from pathlib import Path
from typing import Final

from rig.places import ROOT

CACHE: Final = ROOT / ".tools" / "openwrt"


@contextmanager
def cached_folder(root: Path = CACHE) -> Iterator[Path]:
    """Hold the first folder that no other mirror uses."""
    for number in count():
        folder = root / str(number)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            yield folder
            return
