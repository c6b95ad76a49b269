"""The benchmark's own arithmetic, and that both sides are told the same prop."""

import os
import time

import orjson
import pytest

from rig.bench import clock, load, payloads
from rig.bench.figures import Figure, percentile
from rig.bench.table import Row, Target, table

HALF = Target(0.5)


def test_a_figure_is_the_median_and_its_range() -> None:
    assert Figure.of([3.0, 1.0, 2.0]) == Figure(2.0, 1.0, 3.0, 3)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.0, 1)])
def test_percentile_is_a_sample_that_was_seen(share: float, expected: float) -> None:
    assert percentile(list(range(100, 0, -1)), share) == expected


@pytest.mark.parametrize(
    ("ours", "core", "floor", "targets", "missed"),
    [
        (50, 100, None, (HALF,), ()),
        (51, 100, None, (HALF,), (HALF,)),
        (199, 100, None, (Target(2, least=True),), (Target(2, least=True),)),
        (30, 100, 10, (HALF, Target(2, of="floor")), (Target(2, of="floor"),)),
        (19.9, None, None, (Target(20, of="number"),), ()),
        (50, None, None, (HALF,), ()),
    ],
)
def test_a_row_knows_the_targets_it_misses(
    ours: float, core: float | None, floor: float | None, targets: tuple, missed: tuple
) -> None:
    row = Row("m", "µs", *(v and Figure.of([v]) for v in (ours, core, floor)), targets=targets)

    assert tuple(row.misses()) == missed


def test_the_table_shows_medians_ranges_ratio_and_verdict() -> None:
    row = Row("burst", "µs", Figure.of([40, 50, 60]), Figure.of([100]), targets=(HALF,))

    head, _, line = table([row]).splitlines()

    assert head.split() == ["measure", "ours", "core", "floor", "ratio", "target"]
    assert line.split() == [
        "burst",
        "[µs]",
        "50",
        "(40-60)",
        "100",
        "0.50",
        "≤",
        "0.5",
        "x",
        "core",
        "ok",
    ]


def test_all_values_change_or_only_one() -> None:
    fleet = payloads.Fleet(2)
    full = [orjson.loads(m.payload) for m in fleet.telemetry(4)][::2]
    slight = [orjson.loads(m.payload) for m in fleet.telemetry(4, changes=1)][::2]

    assert sum(full[0][key] != full[1][key] for key in full[0]) == len(payloads.VALUES)
    assert sum(slight[0][key] != slight[1][key] for key in slight[0]) == 1


def test_both_sides_are_told_the_same_prop() -> None:
    ours = payloads.info(7)["capabilities"]
    core = payloads.discovery(7)["components"]

    assert {*ours["telemetry"], *ours["actions"]} == set(core)
    for key, value in ours["telemetry"].items():
        assert core[key]["device_class"] == value["class"]
        assert core[key].get("unit_of_measurement") == value.get("unit")


def test_a_packet_is_what_mqtt_says() -> None:
    message = payloads.Message("a/b", b"x" * 200, retain=True)

    assert load.packet(message) == b"\x31\xcd\x01\x00\x03a/b" + b"x" * 200


def test_the_cpu_clock_of_a_process_counts_its_work() -> None:
    before = clock.cpu_s(os.getpid())
    end = time.process_time() + 0.05
    while time.process_time() < end:
        pass

    assert 0.04 < clock.cpu_s(os.getpid()) - before < 1
    assert clock.rss_bytes(os.getpid()) > 1_000_000
