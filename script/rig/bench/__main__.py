"""Command line of the benchmarks."""

import argparse
import asyncio
import json
from pathlib import Path
import sys
import time
from typing import TYPE_CHECKING

from rig.bench import firmware
from rig.bench.plan import FULL, QUICK
from rig.bench.props import compare
from rig.bench.table import table
from rig.errors import RigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rig.bench.side import Name


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a benchmark; return 0, 1 when a target is missed, 2 when it could not be measured."""
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    props = commands.add_parser("props", help="Atelier against core's MQTT discovery")
    props.add_argument("--quick", action="store_true", help="fewer props and repeats")
    props.add_argument("--only", choices=("ours", "core"), help="measure one side alone")
    props.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    props.set_defaults(run=_props)
    boards = commands.add_parser("firmware", help="bundles against a board's limits")
    boards.set_defaults(run=lambda _: firmware.main() != 0)
    options = parser.parse_args(arguments)
    try:
        missed: bool = options.run(options)
    except RigError as error:
        print(f"script/bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 1 if missed else 0


def _props(options: argparse.Namespace) -> bool:
    """Compare both sides and print the report; return whether a target was missed."""
    began = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {what}", file=sys.stderr, flush=True)

    names: list[Name] = [options.only] if options.only else ["core", "ours"]
    rows = asyncio.run(compare(QUICK if options.quick else FULL, names, say))
    print(table(rows))
    print(f"\n{time.monotonic() - began:.0f} s in all; CPU time is Home Assistant's, net of idle")
    if options.json:
        text = json.dumps([row.record() for row in rows], indent=2, ensure_ascii=False)
        options.json.write_text(f"{text}\n", encoding="utf-8")
    return any(row.misses() for row in rows)


if __name__ == "__main__":
    sys.exit(main())
