"""One missing part fails alone."""

import pytest
from workbench import Bus, Coffin


@pytest.mark.parametrize(
    ("module", "fault"),
    [("dfplayer", "player_missing"), ("pir", "pir_missing"), ("ssd1306", "display_missing")],
)
async def test_a_missing_module_costs_its_part_only(
    dark: Coffin, bus: Bus, module: str, fault: str
) -> None:
    """The others work, the solenoid too, and the fault is told."""
    (dark.flash / "lib" / "atelier" / f"{module}.mpy").unlink()
    await dark.switch_on()
    await bus.hear("event", type="faulted", reason=fault)
    await bus.hear("telemetry", problem=True, fault=fault)
    await dark.advance(3000)

    assert (await bus.ask("trigger"))["ok"]
    await dark.advance(10_000)
    assert len(await dark.pulses()) == 1
    if module != "pir":
        await dark.edge("pir")
        await bus.hear("event", type="motion")


async def test_a_part_that_is_not_fitted_is_no_fault(dark: Coffin, bus: Bus) -> None:
    """What the configuration leaves out is not missed."""
    dark.configure(without=["display", "player"])
    (dark.flash / "lib" / "atelier" / "ssd1306.mpy").unlink()
    await dark.switch_on()
    assert (await bus.hear("telemetry"))["problem"] is False
    await dark.advance(3000)
    await bus.ask("trigger")
    await dark.advance(3000)
    assert await dark.pulses() == [pytest.approx(1500, abs=100)]
    assert bus.events("faulted") == []


async def test_a_player_that_never_answers_is_told(dark: Coffin, bus: Bus) -> None:
    """A DFPlayer that should be there and is not becomes a fault after some seconds."""
    await dark.start()
    await dark.player("missing")
    await dark.advance(15_000)
    await bus.hear("event", type="faulted", reason="player_missing")


async def test_a_display_that_is_unplugged_fails_alone(coffin: Coffin, bus: Bus) -> None:
    """It is told once, left out from then on, and the coffin goes on."""
    await coffin.request("display", present=False)

    assert (await bus.ask("trigger"))["ok"]

    await bus.hear("event", type="faulted", reason="display_missing")
    await coffin.advance(9000)
    assert len(await coffin.pulses()) == 1
    assert (await bus.ask("identify"))["ok"]
    assert len(bus.events("faulted")) == 1
