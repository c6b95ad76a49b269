"""The benchmark's own arithmetic, and that both sides are told the same prop."""

import os
import time

import orjson
import pytest

from custom_components.atelier.wire.info import parse_info
from rig.bench import clock, load, payloads
from rig.bench.figures import Figure, percentile
from rig.bench.rows import rows
from rig.bench.samples import Samples
from rig.bench.table import Row, Target, table

HALF = Target(0.5)
TWICE_OR_MORE = Target(2, least=True)
TWICE_THE_FLOOR = Target(2, of="floor")


def figure(value: float | None) -> Figure | None:
    """Return a figure of one sample."""
    return None if value is None else Figure.of([value])


def test_a_figure_is_the_median_and_its_range() -> None:
    """One odd sample does not move the middle."""
    assert Figure.of([3.0, 1.0, 90.0]) == Figure(3.0, 1.0, 90.0, 3)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.0, 1)])
def test_a_percentile_is_a_sample_that_was_seen(share: float, expected: float) -> None:
    """Nothing is made up between two samples."""
    assert percentile(list(range(100, 0, -1)), share) == expected


@pytest.mark.parametrize(
    ("ours", "core", "floor", "targets", "missed"),
    [
        (50, 100, None, (HALF,), ()),
        (51, 100, None, (HALF,), (HALF,)),
        (199, 100, None, (TWICE_OR_MORE,), (TWICE_OR_MORE,)),
        (30, 100, 10, (HALF, TWICE_THE_FLOOR), (TWICE_THE_FLOOR,)),
        (19.9, None, None, (Target(20, of="number"),), ()),
        (50, None, None, (HALF,), ()),
        (None, 100, None, (HALF,), ()),
    ],
)
def test_a_row_knows_the_targets_it_misses(
    ours: float | None,
    core: float | None,
    floor: float | None,
    targets: tuple[Target, ...],
    missed: tuple[Target, ...],
) -> None:
    """A target is judged only where both sides were measured."""
    row = Row("m", "µs", figure(ours), figure(core), figure(floor), targets=targets)

    assert tuple(row.misses()) == missed


def test_the_table_shows_medians_ranges_ratio_and_verdict() -> None:
    """A row can be read without knowing the code."""
    row = Row("burst", "µs", Figure.of([40, 50, 60]), figure(100), targets=(HALF,))

    head, _, line = table([row]).splitlines()

    assert head.split() == ["measure", "ours", "core", "ratio", "target"]
    assert " ".join(line.split()) == "burst [µs] 50 (40-60) 100 0.50 ≤ 0.5 x core ok"


def test_the_report_has_a_row_for_each_measure_and_can_be_kept_as_json() -> None:
    """A missed target stands in the record too: one value costs 50 of core's 120."""
    ours, core = Samples(), Samples()
    ours["burst_one"].append(50)
    ours["burst_unread"].append(20)
    core["burst_one"].append(100)
    core["burst_all"].append(120)

    records = [row.record() for row in rows(ours, core, Samples(), crowd=10)]

    assert orjson.loads(orjson.dumps(records)) == records
    assert [record["missed"] for record in records if record["missed"]] == [["≤ 0.25 x core"]]


@pytest.mark.parametrize("changes", payloads.BURSTS.values())
def test_as_many_values_change_as_the_burst_says(changes: int) -> None:
    """Two messages of one prop differ in exactly so many values."""
    first, _, second, _ = payloads.Fleet(2).telemetry(4, changes=changes)
    before, after = orjson.loads(first.payload), orjson.loads(second.payload)

    assert first.topic == second.topic
    assert sum(before[key] != after[key] for key in before) == changes


def test_both_sides_are_told_the_same_prop() -> None:
    """Every value and button has a counterpart with the same class and unit."""
    ours = payloads.info(7)["capabilities"]
    core = payloads.discovery(7)["components"]

    assert {*ours["telemetry"], *ours["actions"]} == set(core)
    for key, value in ours["telemetry"].items():
        assert core[key]["device_class"] == value["class"]
        assert core[key].get("unit_of_measurement") == value.get("unit")


def test_the_prop_speaks_the_contract() -> None:
    """The integration's own parser leaves no part of it out."""
    message, _ = payloads.ours(7)

    parsed = parse_info(message.payload)

    assert not parsed.rejections
    assert len(parsed.info.capabilities.telemetry) == len(payloads.VALUES) + 1
    assert all(action.button for action in parsed.info.capabilities.actions.values())


def test_a_packet_is_what_mqtt_says() -> None:
    """A length over 127 takes two bytes, and retain is bit 0."""
    message = payloads.Message("a/b", b"x" * 200, retain=True)

    assert load.packet(message) == b"\x31\xcd\x01\x00\x03a/b" + b"x" * 200


def test_the_cpu_clock_of_a_process_counts_its_work() -> None:
    """What the kernel tells from outside is what the process sees inside."""
    before = clock.cpu_s(os.getpid())
    end = time.process_time() + 0.05
    while time.process_time() < end:
        pass

    assert 0.04 < clock.cpu_s(os.getpid()) - before < 1
    assert clock.rss_bytes(os.getpid()) > 1_000_000
