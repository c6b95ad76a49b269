"""The list of checksums beside what was published, and the Image Builder's line in it."""

from collections.abc import Mapping
import re
from typing import Final

from forge.errors import Integrity
from forge.openwrt.place import Place

_LINE: Final = re.compile(r"([0-9a-f]{64}) [ *](\S+)")
#: OpenWrt publishes the Image Builder for this one host.
_ARCHIVE: Final = re.compile(r"openwrt-imagebuilder-[A-Za-z0-9_.+-]*x86_64\.tar\.(?:xz|zst)")


def parse(text: str) -> Mapping[str, str]:
    """Return hashes by file name. Raise Integrity where one file has two."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if matched := _LINE.fullmatch(line.strip()):
            digest, name = matched.groups()
            if found.setdefault(name, digest) != digest:
                raise Integrity(
                    f"sha256sums lists {name} twice, with different hashes",
                    about="checksum_missing",
                    file=name,
                )
    return found


def archive(sums: Mapping[str, str], place: Place) -> tuple[str, str]:
    """Return the Image Builder's file name and hash: the one that is listed. Raise Integrity."""
    names = [name for name in sums if _ARCHIVE.fullmatch(name)]
    if len(names) != 1:
        told = "no Image Builder" if not names else "more than one Image Builder"
        raise Integrity(
            f"sha256sums of {place} lists {told} for x86_64: nothing was downloaded",
            about="checksum_missing",
            found=names,
        )
    return names[0], sums[names[0]]
