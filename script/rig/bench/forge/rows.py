"""The rows of the Forge's report: which measures there are, and what is asked of ours."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from rig.bench.table import Row, Target

if TYPE_CHECKING:
    from rig.bench.forge.plan import Plan
    from rig.bench.samples import Samples


def _most(number: float) -> tuple[Target]:
    return (Target(number, of="number"),)


#: Name, title, unit, digits after the point, targets.
MEASURES: Final[tuple[tuple[str, str, str, int, tuple[Target, ...]], ...]] = (
    ("start", "start until it answers", "s", 2, ()),
    ("idle_memory", "idle: memory of all its processes", "MiB", 1, _most(90)),
    ("idle_cpu", "… processor", "%", 2, ()),
    ("cached_p50", "cached build, {profiles} profiles, {builds} builds, p50", "ms", 1, _most(20)),
    ("cached_p99", "… p99", "ms", 1, ()),
    ("cached_cpu", "… processor time", "ms", 1, ()),
    ("cached_first_p50", "… asked for the first time, p50", "ms", 1, _most(20)),
    ("cached_first_p99", "… p99", "ms", 1, ()),
    ("batch", "batch of {batch} cached profiles", "s", 2, _most(2)),
    ("making", "build, beside `make image` alone", "s", 2, (Target(1.03, of="floor"),)),
    ("making_cpu", "… processor time", "s", 2, ()),
    ("making_memory", "… memory, with make's own", "MiB", 0, ()),
    (
        "fetching",
        "Image Builder of {archive_mb} MiB, beside curl, sha256sum, tar",
        "s",
        2,
        (Target(1.2, of="floor"),),
    ),
    ("fetching_memory", "… memory, with zstd's and tar's own", "MiB", 0, _most(120)),
    ("fanout_missed", "lines missed by {watchers} watchers of a log", "1", 0, _most(0)),
    (
        "fanout_rate",
        "… lines that their job wrote",
        "1/s",
        0,
        (Target(0.98, of="floor", least=True),),
    ),
    ("fanout_p50", "… from written to read, p50", "ms", 0, ()),
    ("fanout_p99", "… p99", "ms", 0, ()),
    ("fanout_cpu", "… processor of the API", "%", 0, ()),
    ("fanout_memory", "… memory that the API adds", "MiB", 1, ()),
    ("card", "card, written and read back, beside dd", "s", 2, (Target(1.1, of="floor"),)),
    ("card_memory", "… memory that it adds", "MiB", 0, ()),
)


def rows(ours: Samples, floor: Samples, plan: Plan) -> list[Row]:
    """Return the report of what was sampled."""
    return [
        Row(
            title.format_map(asdict(plan)),
            unit,
            ours.figure(name),
            floor=floor.figure(name),
            targets=targets,
            digits=digits,
        )
        for name, title, unit, digits, targets in MEASURES
        if name in ours
    ]
