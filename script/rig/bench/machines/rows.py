"""The rows of the machines report: which measures there are, and what is asked of ours."""

from typing import TYPE_CHECKING, Final

from rig.bench.table import Row, Target

if TYPE_CHECKING:
    from rig.bench.machines.plan import Plan
    from rig.bench.samples import Samples

_P99: Final = (Target(20, of="number"),)
_LOOP: Final = (Target(1600, of="number", least=True),)
_PAGE: Final = (Target(100, of="number"),)
_FLOOD: Final = (Target(1, of="number"),)
#: Cost must not grow with what grows a hundredfold. By as much two runs of the same differ.
_SAME: Final = (Target(1.25, of="floor"),)

#: Name, title, unit, digits after the point, targets.
MEASURES: Final = (
    ("pace_p50", "{rate:g} queries/s, reply p50", "ms", 2, ()),
    ("pace_p99", "{rate:g} queries/s, reply p99", "ms", 2, _P99),
    ("pace_commit_p99", "… of starts and stops, p99", "ms", 2, ()),
    ("pace_late", "… queries without a reply in 2 s", "1", 0, (Target(0, of="number"),)),
    ("pace_cost", "… processor time a query", "µs", 0, ()),
    ("few_rate", "closed loop, {few.machines} boards", "1/s", 0, _LOOP),
    ("rate", "closed loop, {many.machines} boards", "1/s", 0, _LOOP),
    ("rate_checkmachine", "… checkmachine", "1/s", 0, _LOOP),
    ("rate_checkuser", "… checkuser", "1/s", 0, _LOOP),
    ("rate_inuse", "… inuse", "1/s", 0, _LOOP),
    ("rate_visit", "… startuse, stopuse, committed", "1/s", 0, ()),
    ("cost", "processor time a query, closed loop", "µs", 0, ()),
    ("cost_checkmachine", "… checkmachine", "µs", 0, ()),
    ("cost_checkuser", "… checkuser", "µs", 0, ()),
    ("cost_inuse", "… inuse", "µs", 0, ()),
    ("cost_visit", "… startuse, stopuse", "µs", 0, ()),
    (
        "cost_few",
        "{rate:g} queries/s: {few.machines} machines, {few.members} members, no use",
        "µs",
        0,
        (),
    ),
    ("cost_members", "… with {many.members} members", "µs", 0, _SAME),
    ("cost_uses", "… and {many.uses} uses", "µs", 0, _SAME),
    ("cost_machines", "… and {many.machines} machines, {few.machines} boards", "µs", 0, _SAME),
    ("flood_questions", "longest reply while one asks {flood:g}/s", "s", 3, _FLOOD),
    ("flood_starts", "… while one starts and stops {flood:g}/s", "s", 3, _FLOOD),
    ("flood_strangers", "… while one shows {flood:g} unknown cards/s", "s", 3, _FLOOD),
    ("page_first", "page of {many.uses} uses, p95", "ms", 1, _PAGE),
    ("page_member", "… of a member", "ms", 1, _PAGE),
    ("page_machine", "… of a machine", "ms", 1, _PAGE),
    ("page_period", "… of a month", "ms", 1, _PAGE),
    ("page_deep", "… in the middle", "ms", 1, _PAGE),
    ("page_search", "… searched by name", "ms", 1, _PAGE),
    ("start", "start until boards are answered", "s", 2, ()),
    ("memory", "memory, {many.members} members, {many.machines} machines", "MiB", 0, ()),
    ("memory_member", "… for each member", "KiB", 2, ()),
    ("memory_machine", "… for each machine, entities and all", "KiB", 1, ()),
    ("waiting", "time it waited for a processor", "%", 1, ()),
)


def rows(ours: Samples, floor: Samples, plan: Plan) -> list[Row]:
    """Return the report of what was sampled."""
    sizes = {"rate": plan.rate, "flood": plan.flood_rate, "few": plan.few, "many": plan.many}
    return [
        Row(
            title.format(**sizes),
            unit,
            ours.figure(name),
            floor=floor.figure(name),
            targets=targets,
            digits=digits,
        )
        for name, title, unit, digits, targets in MEASURES
    ]
