"""The Forge's benchmark: each part measures something real, however small, and counts losses."""

import time

import pytest

from rig.bench.forge.plan import Plan
from rig.bench.forge.rows import rows
from rig.bench.forge.run import PARTS, measure
from rig.bench.forge.speaker import text
from rig.bench.forge.watchers import Watcher
from rig.bench.samples import Samples
from rig.card import why_no_card
from rig.openwrt.tools import missing

TINY = Plan(
    profiles=3,
    builds=6,
    asked=3,
    batch=3,
    batches=1,
    archive_mb=2,
    fetches=1,
    files_mb=1,
    partition_mb=16,
    pairs=1,
    idle_s=0.2,
    watchers=4,
    lines_per_s=1000,
    watched_s=1,
    card_mb=4,
    card_rounds=1,
)
#: Rows that each part brings.
BRINGS = {"idle": 3, "cached": 6, "make": 3, "builder": 2, "log": 6, "cards": 2}


@pytest.mark.skipif(bool(missing()), reason="images cannot be built here")
@pytest.mark.parametrize("part", PARTS)
async def test_each_part_measures(part: str) -> None:
    if part == "cards" and (why := why_no_card()):
        pytest.skip(why)
    found = await measure(TINY, [part], lambda _what: None)
    assert len(found) == BRINGS[part]
    assert all(row.ours is not None and row.ours.median >= 0 for row in found)
    if part == "log":
        assert not found[0].misses()  # no line was missed


def frame(lines: str, event: str = "log") -> str:
    """Return an event as a stream sends it."""
    return f"id: 1\nevent: {event}\ndata: " + lines.removesuffix("\n").replace("\n", "\ndata: ")


def watcher() -> Watcher:
    """Return a watcher of ten lines who has heard when the first one was due."""
    watching = Watcher(text(0, 10), 10)
    watching.take(frame(f"» building\nbegin {time.monotonic_ns()}\n{text(0, 2)}"))
    return watching


def test_a_watcher_who_gets_all_lines_says_so() -> None:
    watching = watcher()
    watching.take(frame(text(2, 9)))
    watching.take(frame(f"{text(9, 10)}✓ done\n"))
    watching.take(frame("{}", "end"))
    assert (watching.lines, watching.wrong, watching.ended) == (10, 0, True)
    assert watching.lags[0] >= -0.1


@pytest.mark.parametrize(
    "sent", [frame(text(3, 6)), frame(text(1, 2)), frame(text(2, 4)[:-9]), frame("{}", "gap")]
)
def test_a_watcher_sees_what_is_missing_doubled_cut_or_dropped(sent: str) -> None:
    watching = watcher()
    watching.take(sent)
    assert watching.wrong


def test_the_report_tells_what_was_missed() -> None:
    ours, floor = Samples(), Samples()
    ours["idle_memory"].append(91)
    ours["making"].append(10.4)
    floor["making"].append(10)
    ours["batch"].append(1.9)
    found = rows(ours, floor, TINY)
    assert [row.name for row in found if row.misses()] == [
        "idle: memory of all its processes",
        "build, beside `make image` alone",
    ]
