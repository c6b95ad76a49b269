"""Reads what `make info` tells of an Image Builder, and the feeds that it takes packages from."""

from pathlib import Path
import re
from typing import Final

from pydantic import BaseModel

from forge.errors import Precondition

_SAID: Final = re.compile(r'Current (Target|Architecture|Revision): "([^"]*)"')
_BOARD: Final = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_.-]*):")
_FEED: Final = re.compile(r"src/gz\s+\S+\s+(https?://\S+)")


class Board(BaseModel):
    """A device that images can be built for."""

    title: str = ""
    packages: list[str] = []
    supported: list[str] = []
    metadata: bool = False


class Info(BaseModel):
    """What an Image Builder is for, and what it puts into every image."""

    target: str
    architecture: str | None = None
    revision: str
    packages: list[str]
    boards: dict[str, Board]
    feeds: list[str] = []
    #: "opkg" or "apk"
    manager: str = "opkg"


def parse(text: str) -> Info:
    """Read `make info`. Raise Precondition (`precondition.builder_broken`)."""
    said: dict[str, str] = {}
    default: list[str] = []
    boards: dict[str, Board] = {}
    board: Board | None = None
    listed = False
    for line in text.splitlines():
        if not listed:
            if matched := _SAID.fullmatch(line):
                said[matched[1]] = matched[2]
            elif line.startswith("Default Packages:"):
                default = line.partition(":")[2].split()
            listed = line == "Available Profiles:"
        elif matched := _BOARD.fullmatch(line):
            # A title that ends with a colon is indented, and so no board.
            board = boards[matched[1]] = Board()
        elif board is not None and line.startswith("    "):
            _told(board, line[4:])
    if not {"Target", "Revision"} <= said.keys() or not boards:
        raise Precondition(
            "The Image Builder does not tell what it builds: ensure it anew with force",
            about="builder_broken",
            told=text[-1000:],
        )
    return Info(
        target=said["Target"],
        architecture=said.get("Architecture"),
        revision=said["Revision"],
        packages=default,
        boards=boards,
    )


def _told(board: Board, line: str) -> None:
    """Take a line that belongs to a board; the first one is its title."""
    name, _, rest = line.partition(": ")
    if name == "hasImageMetadata":
        board.metadata = rest == "1"
    elif name == "SupportedDevices":
        board.supported = rest.split()
    elif line.startswith("Packages:"):
        board.packages = line.partition(":")[2].split()
    elif not board.title:
        board.title = line


def feeds(root: Path) -> tuple[str, list[str]]:
    """Return the tree's package manager and the addresses of its feeds."""
    apk, opkg = root / "repositories", root / "repositories.conf"
    if apk.is_file():
        lines = apk.read_text("utf-8", "replace").split()
        return "apk", [line for line in lines if line.startswith(("http://", "https://"))]
    if opkg.is_file():
        found = (_FEED.match(line) for line in opkg.read_text("utf-8", "replace").splitlines())
        return "opkg", [matched[1] for matched in found if matched]
    return "opkg", []
