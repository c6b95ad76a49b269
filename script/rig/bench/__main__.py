"""Command line of the benchmarks."""

import argparse
import asyncio
import json
import os
from pathlib import Path
import sys
import time
from typing import TYPE_CHECKING, Final

from rig.bench import firmware
from rig.bench.forge import plan as forges
from rig.bench.forge.run import PARTS, measure as measure_forge
from rig.bench.machines import plan as makerspaces
from rig.bench.machines.run import measure
from rig.bench.plan import FULL, QUICK
from rig.bench.props import compare
from rig.bench.table import table
from rig.errors import RigError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from rig.bench.side import Name
    from rig.bench.table import Row

_OF_HASS: Final = "; processor time is Home Assistant's, net of idle"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a benchmark; return 0, 1 when a target is missed, 2 when it could not be measured."""
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    props = commands.add_parser("props", help="Atelier against core's MQTT discovery")
    props.add_argument("--quick", action="store_true", help="fewer props and repeats")
    props.add_argument("--only", choices=("ours", "core"), help="measure one side alone")
    props.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    props.set_defaults(run=_props)
    machines = commands.add_parser("machines", help="boards of a makerspace that ask")
    machines.add_argument("--quick", action="store_true", help="fewer members, uses and repeats")
    machines.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    machines.set_defaults(run=_machines)
    boards = commands.add_parser("firmware", help="bundles against a board's limits")
    boards.set_defaults(run=lambda _: firmware.main() != 0)
    forge = commands.add_parser("forge", help="the Forge against the plain tools it stands for")
    forge.add_argument("--quick", action="store_true", help="smaller stores, images and archives")
    forge.add_argument("--only", choices=PARTS, action="append", help="measure this part alone")
    forge.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    forge.set_defaults(run=_forge)
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
    names: list[Name] = [options.only] if options.only else ["core", "ours"]
    plan = QUICK if options.quick else FULL
    return _report(options, lambda say: compare(plan, names, say), _OF_HASS)


def _machines(options: argparse.Namespace) -> bool:
    """Measure a makerspace and print the report; return whether a target was missed."""
    plan = makerspaces.QUICK if options.quick else makerspaces.FULL
    return _report(options, lambda say: measure(plan, say), _OF_HASS)


def _forge(options: argparse.Namespace) -> bool:
    """Measure the Forge and print the report; return whether a target was missed."""
    plan = forges.QUICK if options.quick else forges.FULL
    return _report(options, lambda say: measure_forge(plan, options.only or (), say))


def _report(
    options: argparse.Namespace,
    measuring: Callable[[Callable[[str], None]], Coroutine[None, None, list[Row]]],
    note: str = "",
) -> bool:
    """Measure, print the table, keep it where that is asked for; tell of a missed target."""
    began = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {what}", file=sys.stderr, flush=True)

    rows = asyncio.run(measuring(say))
    print(table(rows))
    print(
        f"\n{time.monotonic() - began:.0f} s in all{note}. Load of the last 5 and 15 minutes:"
        f" {os.getloadavg()[1]:.1f}, {os.getloadavg()[2]:.1f} on {os.cpu_count()} cores"
    )
    if options.json:
        text = json.dumps([row.record() for row in rows], indent=2, ensure_ascii=False)
        options.json.write_text(f"{text}\n", encoding="utf-8")
    return any(row.misses() for row in rows)


if __name__ == "__main__":
    sys.exit(main())
