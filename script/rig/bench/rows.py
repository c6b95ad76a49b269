"""The rows of the props report: which measures there are, and what is asked of ours."""

from statistics import median
from typing import TYPE_CHECKING, Final

from rig.bench.table import Row, Target

if TYPE_CHECKING:
    from rig.bench.samples import Samples

#: Name, title, unit, digits after the point, targets.
MEASURES: Final = (
    ("burst_all", "message, all 8 values change", "µs", 0, (Target(0.5), Target(2, of="floor"))),
    # A quarter is asked of what a message costs core. Like for like it cannot be had on core's
    # own client: that and one state write take more by themselves. So both are shown, and
    # what is left without the client, which is in both and no work of ours.
    ("burst_one", "message, 1 of 8 values changes", "µs", 0, ()),
    ("one_beside_all", "… beside core's, all 8 values", "µs", 0, (Target(0.25),)),
    ("net_one", "… net of core's MQTT client", "µs", 0, ()),
    ("burst_none", "message, nothing changes", "µs", 0, ()),
    ("burst_unread", "message for nobody: core's MQTT client", "µs", 0, ()),
    ("watched", "message, all change, one watcher", "µs", 0, ()),
    ("update_p50", "publish to watcher, p50", "ms", 2, (Target(1),)),
    ("update_p99", "publish to watcher, p99", "ms", 2, (Target(1),)),
    ("rate", "messages kept up with", "1/s", 0, (Target(2, least=True),)),
    ("press_p50", "button to command, p50", "ms", 2, ()),
    ("press_p99", "button to command, p99", "ms", 2, (Target(20, of="number"),)),
    ("bare_start", "bare start (in none below)", "s", 2, ()),
    ("first_start", "first start, {crowd} props", "s", 2, ()),
    ("restart", "restart, {crowd} props", "s", 2, (Target(0.7),)),
    ("entities", "entities, {crowd} props", "1", 0, ()),
    ("memory", "memory for each prop", "KiB", 1, ()),
    ("idle", "idle processor, {crowd} props", "%", 2, (Target(0.5, of="number"),)),
)


def rows(ours: Samples, core: Samples, floor: Samples, *, crowd: int) -> list[Row]:
    """Return the report of what was sampled."""
    core["one_beside_all"] = core.get("burst_all", [])
    ours["one_beside_all"] = ours.get("burst_one", [])
    if client := ours.get("burst_unread"):
        for side in (ours, core):
            side["net_one"] = [cost - median(client) for cost in side.get("burst_one", [])]
    return [
        Row(
            title.format(crowd=crowd),
            unit,
            ours.figure(name),
            core.figure(name),
            floor.figure(name),
            targets,
            digits,
        )
        for name, title, unit, digits, targets in MEASURES
    ]
