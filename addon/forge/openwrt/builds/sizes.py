"""Sizes of packages, as the lists say that a tree has downloaded."""

import gzip
from pathlib import Path
import re
from typing import Final
import zlib

_FIELD: Final = re.compile(r"^(Package|Size|Installed-Size): (\S+)$", re.MULTILINE)
_MOST: Final = 64 << 20


def sizes(root: Path) -> dict[str, int]:
    """Return bytes by package: installed where that is told, of the package's file otherwise."""
    found: dict[str, int] = {}
    for path in (*(root / "dl").glob("*"), *(root / "packages").glob("Packages*")):
        if not path.is_file() or path.suffix in (".ipk", ".apk", ".sig"):
            continue
        for paragraph in _text(path).split("\n\n"):
            said: dict[str, str] = dict(_FIELD.findall(paragraph))
            size = said.get("Installed-Size", said.get("Size", ""))
            if "Package" in said and size.isdecimal():
                found.setdefault(said["Package"], int(size))
    return found


def _text(path: Path) -> str:
    """Return a list's text, packed or not; of what is none, nothing."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        if packed:
            with gzip.open(path) as unpacked:
                return unpacked.read(_MOST).decode("utf-8", "replace")
        return path.read_bytes()[:_MOST].decode("utf-8", "replace")
    except (OSError, EOFError, zlib.error):
        return ""
