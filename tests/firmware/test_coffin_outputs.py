"""The solenoid is off in time, whatever state, sound, network and code do."""

import asyncio

import pytest
from workbench import Bus, Coffin


async def test_a_silent_player_cannot_hold_the_solenoid(coffin: Coffin, bus: Bus) -> None:
    """The time limit ends the action, and it is told as a fault."""
    await bus.ask("trigger")
    await coffin.player("silent")

    await coffin.advance(16_000)

    await bus.hear("event", type="faulted", reason="max_on_time")
    await bus.hear("telemetry", problem=True)
    assert await coffin.pulses() == [pytest.approx(15_000, abs=200)]
    assert (await coffin.snapshot())["state"] == "armed"


async def test_a_paused_track_cannot_hold_the_solenoid(coffin: Coffin, bus: Bus) -> None:
    """A pause during an action is refused, and a player that hangs changes nothing."""
    await coffin.request("player", track_ms=3_600_000)
    await bus.ask("trigger")

    assert (await bus.ask("pause_music"))["reason"] == "busy"
    await coffin.advance(20_000)

    assert await coffin.pulses() == [pytest.approx(15_000, abs=200)]


@pytest.mark.parametrize(
    ("action", "goes_on"),
    [
        ("arm", True),
        ("unblock", True),
        ("play_music", True),
        ("resume_music", True),
        ("pause_music", True),
        ("stop_music", False),
        ("stop_action", False),
        ("stop", False),
        ("reset", False),
        ("block", False),
    ],
)
async def test_no_command_leaves_the_solenoid_behind(
    coffin: Coffin, bus: Bus, action: str, *, goes_on: bool
) -> None:
    """A command either lets the action go on, state and solenoid alike, or ends both."""
    await bus.ask("trigger")
    mark = bus.mark()

    await bus.ask(action)

    snapshot = await coffin.snapshot()
    assert snapshot["outputs"]["solenoid"] is goes_on
    assert (snapshot["state"] == "action") is goes_on
    if not goes_on:
        rest = "blocked" if action == "block" else "armed"
        await bus.hear("state", rest, since=mark)
        assert bus.words("state", mark) == [rest]
        assert (await coffin.said("16"))[-1] == ("16", 0)


async def test_a_reconnect_during_an_action_changes_nothing(coffin: Coffin, bus: Bus) -> None:
    """The link is remade while the action goes on to its own end."""
    await bus.ask("trigger")
    mark = bus.mark()

    await coffin.network(up=False)
    await bus.hear("availability", "offline", since=mark)
    await coffin.network(up=True)
    await bus.hear("state", "action", since=mark)

    assert await coffin.solenoid()
    await coffin.request("track_end")
    await bus.hear("event", type="finished", since=mark)
    assert not await coffin.solenoid()


async def test_it_is_off_in_time_without_a_network(coffin: Coffin, bus: Bus) -> None:
    """A lost network neither holds the solenoid nor stalls the rest."""
    await coffin.network(up=False)
    await coffin.edge("pir")
    await coffin.wait_snapshot("state", wanted="action")

    await coffin.advance(5000)

    assert await coffin.pulses() == [pytest.approx(4000, abs=300)]
    assert (await coffin.snapshot())["state"] == "armed"


async def test_an_error_in_the_app_switches_off(coffin: Coffin, bus: Bus) -> None:
    """The output goes off, the fault is told, the link stays, and the app goes on."""
    await bus.ask("trigger")
    mark = bus.mark()

    await coffin.request("raise")

    await bus.hear("event", type="faulted", reason="app_error", since=mark)
    assert not await coffin.solenoid()
    await coffin.advance(10_000)
    assert (await bus.ask("trigger"))["ok"]
    assert "offline" not in bus.words("availability", mark)
    await coffin.advance(70_000)
    await bus.hear("telemetry", problem=False, since=mark)


@pytest.mark.parametrize(
    ("method", "during"),
    [("do_trigger", False), ("event", False), ("report", False), ("event", True), ("report", True)],
)
async def test_an_error_anywhere_in_the_app_is_survived(
    coffin: Coffin, bus: Bus, method: str, *, during: bool
) -> None:
    """Sensor, player and output go on working after an error in what they call."""
    mark = bus.mark()
    if during:
        await bus.ask("trigger")
        await coffin.advance(500)
    await coffin.request("raise", **{"in": method})
    await coffin.edge("pir")
    await coffin.advance(6000)
    await bus.hear("event", type="faulted", reason="app_error", since=mark)
    assert not await coffin.solenoid()
    assert (await coffin.snapshot())["state"] == "armed"
    await coffin.advance(10_000)
    mark = bus.mark()

    await coffin.edge("pir")
    await coffin.advance(6000)

    await bus.hear("event", type="activated", source="pir", since=mark)
    await bus.hear("event", type="finished", how="track_ended", since=mark)
    assert (await coffin.pulses())[-1] < 4500
    assert bus.words("availability") == ["online"]


async def test_a_stuck_app_cannot_hold_the_solenoid(coffin: Coffin, bus: Bus) -> None:
    """The hardware timer switches off, then the watchdog starts the board again."""
    await bus.ask("trigger")
    mark = bus.mark()

    await coffin.request("stuck")
    await coffin.advance(16_000)
    assert await coffin.pulses() == [pytest.approx(15_050, abs=200)]

    await coffin.advance(30_000)
    await bus.hear("event", type="booted", since=mark)
    await bus.hear("availability", "online", since=mark)


async def test_an_action_lasts_as_long_as_its_track(coffin: Coffin, bus: Bus) -> None:
    """A player that has not started yet does not count as one that has finished."""
    for _ in range(3):
        assert (await bus.ask("trigger"))["ok"]
        await coffin.advance(8000)

    assert await coffin.pulses() == [pytest.approx(4100, abs=300)] * 3


async def test_without_a_player_the_pulse_is_the_configured_one(dark: Coffin, bus: Bus) -> None:
    """The solenoid's time is a setting, and so is told by no player."""
    dark.keep(settings={"pulse": 1200})
    await dark.start()
    await dark.player("missing")
    await bus.hear("availability", "online")
    await dark.advance(5000)

    await bus.ask("trigger")
    await dark.advance(2000)

    assert await dark.pulses() == [pytest.approx(1200, abs=100)]
    await bus.hear("event", type="finished", how="pulse")
    assert (await bus.ask("play_music"))["reason"] == "no_player"


async def test_shutting_down_switches_off(coffin: Coffin, bus: Bus) -> None:
    """A restart during an action begins by switching off."""
    await bus.ask("trigger")
    mark = bus.mark()

    await bus.ask("restart")

    await bus.hear("event", type="booted", since=mark)
    assert bus.words("availability", mark)[0] == "offline"
    assert not await coffin.solenoid()


async def test_power_on_begins_with_the_solenoid_off(dark: Coffin) -> None:
    """The first thing a board does is to drive its output low."""
    await dark.start()

    events = await dark.history()

    assert events[0][1:] == ["solenoid", 0]


async def test_an_output_can_be_bound_to_the_link(dark: Coffin, bus: Bus) -> None:
    """Where it is configured so, a lost network ends the pulse."""
    dark.configure(pins={"solenoid": {"off_when_offline": True}})
    await dark.switch_on()
    await bus.hear("availability", "online")
    await bus.ask("trigger")

    await dark.network(up=False)
    await dark.wait_snapshot("outputs", "solenoid", wanted=False)
    await asyncio.sleep(0)
    assert (await dark.pulses())[0] < 5000


async def test_a_short_pulse_after_a_stopped_long_one_is_short(coffin: Coffin, bus: Bus) -> None:
    """What is left of an earlier pulse has no hold on the next."""
    await bus.set(lockout=0)
    await bus.ask("trigger")
    await bus.ask("stop")
    await bus.set(max_on_time=2000)
    await bus.ask("trigger")
    await coffin.player("silent")

    await coffin.advance(10_000)

    assert (await coffin.pulses())[-1] == pytest.approx(2000, abs=40)
    await bus.hear("event", type="faulted", reason="max_on_time")


async def test_a_boards_own_wiring_can_lower_the_cap_only(dark: Coffin, bus: Bus) -> None:
    """A shorter cap holds, however long the track is."""
    dark.configure(pins={"solenoid": {"max_on_ms": 3000}})
    await dark.switch_on()
    await bus.hear("availability", "online")
    await dark.advance(3000)
    await dark.request("player", track_ms=60_000)
    await bus.ask("trigger")
    await dark.advance(16_000)

    assert await dark.pulses() == [pytest.approx(3000, abs=100)]


async def test_an_output_wired_elsewhere_is_off_there_first(dark: Coffin, bus: Bus) -> None:
    """The pin of the board's own wiring is driven low at power-on, and the bundle's is left."""
    dark.configure(pins={"solenoid": {"gpio": 5}})
    await dark.switch_on()
    await bus.hear("availability", "online")

    assert [what for _, what, _ in await dark.history() if what != "uart"] == ["solenoid"]
    await bus.ask("trigger")
    assert await dark.solenoid()
