"""Why `make` failed, in words that name what is missing, at odds or too big."""

from collections.abc import Iterable
from dataclasses import dataclass, field
import re
from typing import Final

from forge.errors import BuildError, ForgeError, JobError, NotFound, Upstream

_LONGEST: Final = 2_000
_MOST: Final = 200
_LAST: Final = 40

#: A line of a manifest; no version holds what addresses do.
_PACKAGE: Final = re.compile(r"(?P<name>[a-z0-9][a-z0-9+._-]*) (?:- )?(?P<version>[^\s/]+)")
_NETWORK: Final = (
    re.compile(r"opkg_download: Failed to download (\S+?),? wget returned"),
    re.compile(r"\*\*\* Failed to download the package list from (\S+)"),
    re.compile(
        r"Failed to send request|Failed to establish connection|Connection (?:reset|failed)"
    ),
    re.compile(r"WARNING: (?:updating and )?opening (\S+): (?!UNTRUSTED)"),
    re.compile(r"ERROR: wget: exited with error"),
    re.compile(r"ERROR: \S+: (?:temporary error|remote server returned error|network)"),
    re.compile(r"Checksum or size mismatch for package (\S+?)\.? "),
)
_MISSING: Final = (
    re.compile(r"Unknown package '([^']+)'"),
    re.compile(r"cannot find dependency (\S+)"),
    re.compile(r"^\s+(\S+) \(no such package\):"),
)
#: Said of whatever failed, whatever the reason.
_NOT_INSTALLED: Final = re.compile(r"Cannot install package ([^\s]+?)\.?$")
_WITH: Final = re.compile(r"following packages conflict with (\S+?):")
_OTHER: Final = re.compile(r"check_conflicts_for:\s+(\S+) \*")
_CLASH: Final = re.compile(r"Package (\S+) wants to install file (\S+)")
_OWNER: Final = re.compile(r"already provided by package\s+\* (\S+)")
_APK: Final = re.compile(r"^\s{2}(\S+):$")
_APK_CONFLICT: Final = re.compile(r"conflicts: (\S+?)\[")
_APK_OVERWRITE: Final = re.compile(r"ERROR: (\S+): trying to overwrite (\S+) owned by (\S+?)\.?$")
_TOO_BIG: Final = re.compile(r"(?:WARNING: )?(?:Image file )?(\S+) is too big(?:: (\d+) > (\d+))?")
_NEEDS: Final = re.compile(r"Build dependency: (.+)")
_NO_BOARD: Final = re.compile(r'Profile "([^"]+)" does not exist!')
_NO_SPACE: Final = re.compile(r"No space left on device|Disk quota exceeded")
_APK_VERSION: Final = re.compile(r"-[0-9][^-]*(?:-r\d+)?$")


@dataclass(slots=True)
class Causes:
    """What a run said of its failure, gathered while it ran."""

    network: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    not_installed: list[str] = field(default_factory=list)
    conflicts: list[tuple[str, str]] = field(default_factory=list)
    too_big: list[dict[str, str | int]] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    board: str | None = None
    no_space: bool = False
    last: list[str] = field(default_factory=list)
    _subject: str | None = None

    def hear(self, output: bytes) -> None:
        """Take some lines of output."""
        for raw in output.splitlines():
            line = raw[:_LONGEST].decode("utf-8", "replace").rstrip()
            if line:
                self.last = [*self.last[1 - _LAST :], line]
                self._line(line)

    def error(self, what: str, code: int) -> ForgeError:
        """Return what is told: the cause that explains the most."""
        if self.no_space:
            return JobError("The disk is full: delete old builds or builders", about="disk")
        if self.network:
            return Upstream(
                f"Packages could not be downloaded: {self.network[0]}",
                about="http",
                urls=self.network[:20],
            )
        if self.board is not None:
            return NotFound(f"There is no board {self.board}", about="board", board=self.board)
        return self._packages_error() or BuildError(
            f"{what} failed: {self.last[-1] if self.last else 'it said nothing'}",
            about="failed",
            code=code,
            last=self.last[-10:],
        )

    def _packages_error(self) -> BuildError | None:
        """Return what is told where the host, the packages or their size are at fault."""
        if self.needs:
            return BuildError(
                f"This host lacks what the Image Builder needs: {'; '.join(self.needs)}",
                about="prerequisite",
                missing=self.needs,
            )
        if self.conflicts:
            names = sorted({name for pair in self.conflicts for name in pair})
            return BuildError(
                f"These packages exclude each other: {', '.join(names)}; take one out",
                about="packages_conflict",
                packages=names,
            )
        if missing := self.missing or self.not_installed:
            return BuildError(
                f"There are no such packages in this release: {', '.join(missing)}",
                about="packages_missing",
                packages=missing,
            )
        return self.too_big_error() if self.too_big else None

    def too_big_error(self) -> BuildError:
        """Return what is told of images that do not fit the board."""
        return BuildError(
            f"The image does not fit the board: {self.too_big[0]['image']}; take packages out",
            about="image_too_big",
            images=self.too_big,
        )

    def _line(self, line: str) -> None:
        for pattern in _NETWORK:
            if matched := pattern.search(line):
                _add(self.network, (matched[1] if pattern.groups else None) or line)
        if matched := _NO_BOARD.search(line):
            self.board = matched[1]
        if matched := _NEEDS.search(line):
            _add(self.needs, matched[1])
        if _NO_SPACE.search(line):
            self.no_space = True
        if matched := _TOO_BIG.search(line):
            self.too_big.append(_size(matched))
        self._conflict(line)
        for pattern in _MISSING:
            if matched := pattern.search(line):
                _add(self.missing, matched[1])
        if matched := _NOT_INSTALLED.search(line):
            _add(self.not_installed, matched[1])

    def _conflict(self, line: str) -> None:
        """Take what says that packages exclude each other, which may span lines."""
        if matched := _WITH.search(line) or _CLASH.search(line) or _APK.search(line):
            self._subject = matched[1]
        elif matched := _OTHER.search(line) or _OWNER.search(line) or _APK_CONFLICT.search(line):
            if self._subject is not None:
                self._pair(self._subject, matched[1])
        elif matched := _APK_OVERWRITE.search(line):
            self._pair(matched[1], matched[3])

    def _pair(self, one: str, other: str) -> None:
        names = sorted((_APK_VERSION.sub("", one), _APK_VERSION.sub("", other)))
        pair = (names[0], names[1])
        if pair not in self.conflicts and len(self.conflicts) < _MOST:
            self.conflicts.append(pair)


def _add(found: list[str], what: str) -> None:
    if what not in found and len(found) < _MOST:
        found.append(what)


def _size(matched: re.Match[str]) -> dict[str, str | int]:
    told: dict[str, str | int] = {"image": matched[1].rpartition("/")[2]}
    if matched[2]:
        told |= {"size": int(matched[2]), "limit": int(matched[3])}
    return told


def parse_manifest(lines: Iterable[str]) -> dict[str, str]:
    """Return versions by package of a manifest, in either of its forms.

    What package managers say of their downloads may come in between.
    """
    found = (_PACKAGE.fullmatch(line.strip()) for line in lines)
    return {one["name"]: one["version"] for one in found if one is not None}
