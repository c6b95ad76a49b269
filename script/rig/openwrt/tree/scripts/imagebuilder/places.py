"""What make tells its programs: the folders and facts of this run, from the environment."""

import os
from pathlib import Path

TOPDIR = Path(os.environ["TOPDIR"])
KEYS = TOPDIR / "keys"
PACKAGES = TOPDIR / "packages"


def folder(name: str) -> Path:
    """Return a folder that make named, such as TARGET_DIR."""
    return Path(os.environ[name])


def epoch() -> int:
    """Return the moment that everything built is dated with."""
    return int(os.environ["SOURCE_DATE_EPOCH"])
