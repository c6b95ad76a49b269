"""Tell about the tree: `show`, `check NAME`, `first`, `packages NAME`."""

import os
import sys

from .boards import Board, Target, read


def show(target: Target) -> None:
    """Print what `make info` prints."""
    print(f'Current Target: "{target.id}"')
    if os.environ.get("INFO_NAMES_ARCHITECTURE"):
        print(f'Current Architecture: "{target.arch}"')
    print(f'Current Revision: "{os.environ["REVISION"]}"')
    print(f"Default Packages: {' '.join(target.default_packages)}")
    print("Available Profiles:")
    print()
    for board in target.boards:
        _show_board(board)


def _show_board(board: Board) -> None:
    print(f"{board.id}:")
    print(f"    {board.title}")
    print(f"    Packages: {' '.join(board.packages)}")
    print(f"    hasImageMetadata: {int(board.has_metadata)}")
    if board.supported_devices:
        print(f"    SupportedDevices: {' '.join(board.supported_devices)}")


def check(target: Target, name: str) -> int:
    """Return 1, with upstream's text, when there is no such board."""
    try:
        target.board(name)
    except LookupError:
        print(f'Profile "{name}" does not exist!')
        print('Use "make info" to get a list of available profile names.')
        return 1
    return 0


def packages(target: Target, name: str) -> list[str]:
    """Return what an image of a board holds by itself."""
    return sorted({*target.default_packages, *target.board(name).packages})


def main(do: str, *names: str) -> int:
    """Do what the Makefile asks."""
    target = read()
    if do == "check":
        return check(target, *names)
    if do == "first":
        print(target.boards[0].id)
    elif do == "packages":
        print(" ".join(packages(target, *names)))
    else:
        show(target)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
