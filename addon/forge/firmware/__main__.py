"""Build bundles of firmware, check them, and keep their READMEs in step."""

import argparse
from pathlib import Path
import sys

from . import readme
from .bundles import DESCRIPTION, load
from .compile import BUNDLES, LIBRARY, build
from .problems import BundleError


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m forge.firmware", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    building = commands.add_parser("build", help="build a bundle into a flash folder")
    building.add_argument("bundle", type=Path)
    building.add_argument("--out", type=Path, required=True)
    building.add_argument("--mpy", action="store_true", help="compile the modules to byte code")
    listing = commands.add_parser("list", help="say which bundles there are")
    listing.add_argument("folder", type=Path, nargs="?", default=BUNDLES)
    checking = commands.add_parser("check", help="say everything that is wrong with a bundle")
    checking.add_argument("bundle", type=Path, nargs="+")
    writing = commands.add_parser("readme", help="write the tables of a bundle's README.md")
    writing.add_argument("bundle", type=Path, nargs="+")
    writing.add_argument("--check", action="store_true", help="only say whether they are in step")
    options = parser.parse_args(arguments)
    try:
        match options.command:
            case "build":
                built = build(options.bundle, options.out, mpy=options.mpy)
                for path, size in built.sizes.items():
                    _say(f"{size:8}  {path}")
                _say(f"{built.size:8}  {built.bundle.model} {built.bundle.version} {built.hash}")
            case "list":
                for path in sorted(options.folder.glob(f"*/{DESCRIPTION}")):
                    bundle = load(path.parent.resolve(), LIBRARY)
                    _say(f"{bundle.name:20} {bundle.version:8} {bundle.description['en']}")
            case "check":
                for folder in options.bundle:
                    _say(f"{load(folder.resolve(), LIBRARY).model}: good")
            case "readme":
                return _readmes(options.bundle, check=options.check)
    except BundleError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _readmes(folders: list[Path], *, check: bool) -> int:
    code = 0
    for folder in folders:
        changed = readme.refresh(load(folder.resolve(), LIBRARY), write=not check)
        if changed and check:
            _say(f"{folder / readme.README}: not in step; run `readme` without --check")
            code = 1
    return code


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
