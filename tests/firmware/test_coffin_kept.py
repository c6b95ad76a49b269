"""What a coffin keeps: settings, counter, block; over restarts and power cuts."""

import json
from pathlib import Path

import pytest
from workbench import Bus, Coffin, run_micropython

from rig.places import SIMULATOR


async def test_settings_are_taken_all_or_none(coffin: Coffin, bus: Bus) -> None:
    """One value out of range, or of an unknown id, and nothing changes."""
    before = bus.words("settings")[-1]

    assert (await bus.set(volume=5, hold=-1))["reason"] == "out_of_range"
    assert (await bus.set(volume=5, height=1))["reason"] == "unknown_setting"
    assert (await bus.set(volume=5, hold="1"))["reason"] == "bad_arguments"
    assert bus.words("settings")[-1] == before

    mark = bus.mark()
    assert (await bus.set(volume=5, hold=1000))["ok"]
    assert (await bus.hear("settings", since=mark, volume=5)) == before | {
        "volume": 5,
        "hold": 1000,
    }


@pytest.mark.parametrize(
    ("setting", "low", "high"),
    [("volume", 0, 30), ("pulse", 100, 15_000), ("telemetry_interval", 1000, 3_600_000)],
)
async def test_settings_have_ranges(
    coffin: Coffin, bus: Bus, setting: str, low: int, high: int
) -> None:
    """The ends of a range are in it, what lies beyond is not."""
    assert (await bus.set(**{setting: low}))["ok"]
    assert (await bus.set(**{setting: high}))["ok"]
    assert (await bus.set(**{setting: low - 1}))["reason"] == "out_of_range"
    assert (await bus.set(**{setting: high + 1}))["reason"] == "out_of_range"


async def test_it_is_all_there_after_a_restart(coffin: Coffin, bus: Bus) -> None:
    """Volume, counter and block outlive a restart that was asked for, and a power cut."""
    await bus.ask("trigger")
    await bus.ask("set_volume", volume=11)
    await bus.ask("block")
    await coffin.advance(5000)
    for again in (lambda: bus.ask("restart"), coffin.restart):
        mark = bus.mark()
        await again()
        await bus.hear("event", type="booted", since=mark)

        assert bus.words("state", mark)[-1] == "blocked"
        assert bus.words("settings", mark)[-1]["volume"] == 11
        assert (await bus.hear("telemetry", since=mark))["triggers"] == 1


async def test_a_slider_is_written_once(coffin: Coffin, bus: Bus) -> None:
    """A burst of settings costs the flash one generation, and so do quick triggers."""
    before = (await coffin.request("heap"))["flash"]
    for volume in range(15):
        await bus.say("settings/set", {"volume": volume})
    await bus.hear("settings", volume=14)
    await coffin.advance(20_000)

    # A generation is four changes of the flash: open, two writes, rename.
    assert (await coffin.request("heap"))["flash"] - before <= 3 * 4
    for volume in range(5):
        await bus.set(volume=14 - volume % 1)
    await coffin.advance(20_000)
    assert (await coffin.request("heap"))["flash"] - before <= 3 * 4


@pytest.mark.parametrize("operation", [1, 2, 3, 4])
async def test_a_power_cut_loses_at_most_the_write_it_hits(
    coffin: Coffin, bus: Bus, operation: int
) -> None:
    """Wherever in a write the power goes, the flash holds the old values or the new."""
    assert (await bus.set(volume=5))["ok"]
    await bus.hear("settings", volume=5)
    await bus.ask("block")
    await coffin.advance(20_000)
    mark = bus.mark()

    await coffin.request("power", cut_at=operation)
    await bus.say("settings/set", {"volume": 6, "hold": 1234})
    await bus.hear("event", type="booted", since=mark)

    settings = bus.words("settings", mark)[-1]
    assert (settings["volume"], settings["hold"]) in {(5, 5000), (6, 1234)}
    assert bus.words("state", mark)[-1] == "blocked"
    assert (await bus.set(volume=7))["ok"]


async def test_a_damaged_generation_gives_way_to_the_other(dark: Coffin, bus: Bus) -> None:
    """A checksum that does not fit costs one generation, not the values."""
    dark.keep(settings={"volume": 9})
    (dark.flash / "kept.b").write_bytes(b"00000000\n" + json.dumps([7, {}]).encode())
    await dark.switch_on()
    assert (await bus.hear("settings"))["volume"] == 9


@pytest.mark.parametrize("damage", [b"", b"\xff" * 300, b"zzzzzzzz\n{}", b"00000000\n[1,2]"])
async def test_a_flash_of_garbage_means_defaults(dark: Coffin, bus: Bus, damage: bytes) -> None:
    """Nothing readable: the device starts as a new one."""
    for name in ("kept.a", "kept.b", "kept.new"):
        (dark.flash / name).write_bytes(damage)
    await dark.switch_on()
    assert (await bus.hear("settings"))["volume"] == 20


async def test_a_kept_value_out_of_range_is_the_default(dark: Coffin, bus: Bus) -> None:
    """A value of an earlier version, with another range, does not come back."""
    dark.keep(settings={"volume": 99, "hold": 4000, "gone": 1})
    await dark.switch_on()
    settings = await bus.hear("settings")
    assert (settings["volume"], settings["hold"]) == (20, 4000)
    assert "gone" not in settings


async def test_a_wrong_configuration_is_said(dark: Coffin) -> None:
    """What is missing in config.json is on the console, and the board tries again."""
    (dark.flash / "config.json").write_text('{"id":"x"}')
    await dark.start()
    await dark.advance(6000)
    assert dark.log_tail().count("config.json: wifi is missing") >= 2


async def test_every_cut_of_many_writes_leaves_a_whole_generation(
    built: Path, tmp_path: Path
) -> None:
    """Wherever the power goes in a row of writes: the last one is read back, or the one before."""
    script = f"""
import os, sys
sys.path.insert(0, {str(built / "lib")!r})
sys.path.insert(0, {str(SIMULATOR.parent.parent)!r})
from simulator.flash import Flash
from simulator.world import Reset
flash = Flash()
flash.install(sys.modules)
from atelier.store import Store
for cut in range(1, 49):
    for name in os.listdir("."):
        flash.boot()
        os.remove(name)
    flash.cut_at(cut)
    written = 0
    try:
        store = Store()
        while True:
            store.put("n", written + 1)
            store.put("text", "x" * (written % 7 * 30))
            assert store.flush()
            written += 1
    except Reset:
        flash.boot()
    found = Store().get("n", 0)
    assert found in (written, written + 1), (cut, written, found)
    again = Store()
    again.put("n", 99)
    assert again.flush() and Store().get("n") == 99
print("good")
"""
    assert await run_micropython(script, folder=tmp_path) == "good\n"
