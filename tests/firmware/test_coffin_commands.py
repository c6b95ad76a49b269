"""Commands in every spelling, repeated, refused, and their answers."""

import pytest
from workbench import Bus, Coffin


@pytest.mark.parametrize(
    "payload", ["identify", " Identify \n", '{"action":"identify"}', "IDENTIFY"]
)
async def test_spellings_of_a_command(coffin: Coffin, bus: Bus, payload: str) -> None:
    """A bare word is an action; white space and capitals around it do not matter."""
    await bus.say("cmd", payload)
    assert (await bus.ask("identify"))["ok"]
    assert bus.events("refused") == []


@pytest.mark.parametrize("key", ["params", "args"])
async def test_parameters_under_either_name(coffin: Coffin, bus: Bus, key: str) -> None:
    """`args` is read like `params`, and so is a command with leading white space."""
    await bus.say("cmd", f' {{"action":"trigger","{key}":{{"volume":12.0,"unknown":1}}}}')
    await coffin.wait_snapshot("player", "volume", wanted=12)


async def test_a_repeated_command_is_answered_and_not_done(coffin: Coffin, bus: Bus) -> None:
    """Eight correlation ids are remembered, refusals too."""
    command = {"action": "trigger", "correlation_id": "x" * 64}
    await bus.say("cmd", command)
    first = await bus.hear("result", correlation_id="x" * 64)
    for _ in range(3):
        await bus.say("cmd", command)
    await bus.until(lambda: len(bus.words("result")) == 4, "four answers")

    assert first["ok"]
    assert bus.words("result") == [first] * 4
    assert len(bus.events("activated")) == 1
    for _ in range(8):
        await bus.ask("identify")
    await bus.say("cmd", command)
    await bus.until(lambda: len(bus.words("result")) == 13, "one more answer")
    assert bus.words("result")[-1]["reason"] == "busy"


async def test_a_retained_command_is_ignored(dark: Coffin, bus: Bus) -> None:
    """It stays without effect at every connect; a live one is heard."""
    await bus.say("cmd", "trigger", retain=True)
    await bus.say("settings/set", {"volume": 3}, retain=True)
    await dark.switch_on()
    await bus.hear("availability", "online")
    await dark.advance(3000)

    assert await dark.pulses() == []
    assert bus.words("settings")[-1]["volume"] == 20
    assert (await bus.ask("trigger"))["ok"]


async def test_a_lockout_says_when_to_try_again(coffin: Coffin, bus: Bus) -> None:
    """The lockout counts from the start of an action, for every source."""
    await bus.ask("trigger")
    assert (await bus.ask("trigger"))["reason"] == "busy"
    await bus.ask("stop_action")
    await coffin.advance(1000)

    answer = await bus.ask("trigger")

    assert answer["reason"] == "lockout"
    assert 4000 < answer["retry_ms"] < 6000
    await coffin.advance(answer["retry_ms"] + 100)
    assert (await bus.ask("trigger"))["ok"]


async def test_a_refused_movement_is_consumed(coffin: Coffin, bus: Bus) -> None:
    """Movements within the lockout are told, refused, and never made up for."""
    await coffin.edge("pir")
    await bus.hear("event", type="activated", source="pir")
    await coffin.advance(5000)
    await coffin.edge("pir")
    await bus.hear("event", type="refused", reason="lockout", source="pir")

    await coffin.advance(20_000)

    assert len(await coffin.pulses()) == 1


async def test_movements_are_debounced_and_held(coffin: Coffin, bus: Bus) -> None:
    """Edges within 300 ms are one movement; motion is held, longer after an action."""
    for _ in range(5):
        await coffin.edge("pir")
        await coffin.advance(40)
    await bus.hear("event", type="activated")
    await coffin.advance(5000)
    assert len(bus.events("motion")) == 1
    assert [word["motion"] for word in bus.words("telemetry") if "motion" in word][-1] is True

    await coffin.advance(3000)
    await bus.until(
        lambda: [w["motion"] for w in bus.words("telemetry") if "motion" in w][-1] is False,
        "no motion any more",
    )


async def test_music_ends_by_itself(coffin: Coffin, bus: Bus) -> None:
    """Music plays, pauses, goes on, and comes to rest when the track ends."""
    assert (await bus.ask("resume_music"))["reason"] == "not_active"
    assert (await bus.ask("play_music", track=2, volume=7))["ok"]
    await coffin.wait_snapshot("player", "track", wanted=2)
    await coffin.advance(2000)
    assert (await bus.ask("pause_music"))["ok"]
    await coffin.wait_snapshot("player", "status", wanted="paused")
    await coffin.advance(60_000)
    assert (await coffin.snapshot())["state"] == "paused"
    assert (await bus.ask("resume_music"))["ok"]
    await coffin.advance(4000)

    await coffin.wait_snapshot("state", wanted="armed")
    await bus.hear("event", type="track_ended")
    assert [word for word in bus.words("state") if word] == [
        "armed",
        "playing",
        "paused",
        "playing",
        "armed",
    ]
    assert (await coffin.said("06"))[-1] == ("06", 7)
    assert await coffin.pulses() == []


async def test_reset_brings_everything_to_its_beginning(coffin: Coffin, bus: Bus) -> None:
    """Counter, block and lockout are gone, with one publish of the state."""
    await bus.ask("trigger")
    await bus.ask("block")
    mark = bus.mark()

    assert (await bus.ask("reset", volume=3))["ok"]

    await bus.hear("telemetry", since=mark, triggers=0)
    assert bus.words("state", mark) == ["armed"]
    assert (await bus.ask("trigger"))["ok"]


async def test_identify_is_seen_on_the_display(coffin: Coffin, bus: Bus) -> None:
    """The display says what the coffin does."""
    await bus.ask("trigger")
    snapshot = await coffin.wait_snapshot("state", wanted="action")
    await coffin.advance(100)
    lines = (await coffin.snapshot())["display"]["lines"]
    assert snapshot["ok"]
    assert lines[:3] == ["Coffin v1.0.0", "State: action", "Trig: 1"]
