"""The coffin's scenarios of tests/vectors/props.json, on the board and a real broker."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from workbench import PLAN, Bus, Coffin

from rig.broker import Broker

VECTORS: Final = Path(__file__).parents[1] / "vectors" / "props.json"
#: Rows that are about the broker's or Home Assistant's side; told at the end of this file.
ELSEWHERE: Final = {"C03", "A02"}
ROWS: Final = [
    row
    for row in json.loads(VECTORS.read_text(encoding="utf-8"))
    if row["prop"] == "C" and row["id"] not in ELSEWHERE
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
async def test_scenario(dark: Coffin, bus: Bus, row: dict[str, Any]) -> None:
    """What goes in has the wanted outcome, and nothing that must not happen does."""
    await _prepare(dark, bus, row["pre"])
    mark, frames = bus.mark(), len(await dark.frames("03", "06", "16"))
    before = (await _activations(bus))[-1]
    if any("hw" in step and step["hw"] == "mqtt_connected" for step in row["in"]):
        mark = 0

    for step in row["in"]:
        await _take(dark, bus, step)
    await dark.advance(300)

    for key, wanted in row["want"].items():
        await _check(dark, bus, key, wanted, mark=mark, frames=frames, before=before)


async def _prepare(coffin: Coffin, bus: Bus, pre: str) -> None:
    """Bring the coffin into the state in which a scenario begins."""
    if pre == "boot at t=0":
        coffin.keep(settings={"warm_up": 60_000})
    elif pre == "blocked":
        coffin.keep(blocked=True)
    await coffin.start()
    if pre == "no DFPlayer fitted":
        await coffin.player("missing")
    await coffin.advance(700)
    await bus.hear("availability", "online")
    await bus.hear("telemetry")
    if pre == "boot at t=0":
        return
    await coffin.advance(4000)
    if pre.startswith("action"):
        await bus.ask("trigger")
        await coffin.wait_snapshot("player", "status", wanted="playing")
    if pre == "action running 3 s":
        await coffin.advance(3000)
    if "stops answering" in pre:
        await coffin.player("silent")


async def _take(coffin: Coffin, bus: Bus, step: dict[str, Any]) -> None:
    """Do one step of a scenario."""
    match step:
        case {"adv": ms}:
            await coffin.advance(ms)
        case {"edge": pin}:
            await coffin.edge(pin)
        case {"press": "button.trigger"}:
            await bus.say("cmd", {"action": "trigger"})
            await bus.hear("event", action="trigger") if await _blocked(coffin) else None
        case {"hw": "track_end"}:
            await coffin.track_end()
        case {"hw": "mqtt_connected"}:
            pass
        case {"mqtt": channel, "p": payload, **rest}:
            retained = rest.get("r", False)
            await bus.say(channel, payload, retain=retained)
            if retained:  # a device meets it when it connects
                await coffin.restart()
                await bus.hear("event", type="booted", since=bus.mark())
                await bus.say(channel, b"", retain=True)
        case _:
            raise AssertionError(f"a step that is not understood: {step}")


async def _check(  # noqa: C901, PLR0912 - one case for each kind of wish
    coffin: Coffin, bus: Bus, key: str, wanted: Any, *, mark: int, frames: int, before: int
) -> None:
    """Check one wanted outcome."""
    match key, wanted:
        case "sensor.state", state:
            await coffin.wait_snapshot("state", wanted=state)
        case "binary_sensor.solenoid", "on until normal end":
            assert await coffin.solenoid()
            await coffin.track_end()
            await coffin.wait_snapshot("outputs", "solenoid", wanted=False)
        case "binary_sensor.solenoid", level:
            await coffin.wait_snapshot("outputs", "solenoid", wanted=level == "on")
        case "sensor.activations", change:
            await coffin.advance(6000)
            assert (await _activations(bus))[-1] == before + int(change)
        case "event.activity", facts:
            await bus.hear("event", since=mark, **facts)
        case "number.volume", volume:
            assert bus.words("settings")[-1]["volume"] == volume
        case "binary_sensor.problem", level:
            await bus.hear("telemetry", since=mark, problem=level == "on")
        case "binary_sensor.connectivity", "on throughout":
            assert bus.words("availability") == ["online"]
        case "binary_sensor.connectivity", "on":
            assert bus.words("availability")[-1] == "online"
        case "pub", words:
            for word in words:
                topic, payload = word.removesuffix(" once").removesuffix("(r)").split("=")
                assert bus.words(topic, mark) == [payload]
        case "hw", signals:
            await _signals(coffin, signals, frames)
        case "not", words:
            for word in words:
                topic, value = word.split("=")
                if topic == "state":
                    assert value not in bus.words("state", mark)
                else:
                    assert [topic, int(value)] not in [
                        event[1:] for event in await coffin.history()
                    ]
        case _:
            raise AssertionError(f"a wish that is not understood: {key} {wanted}")


async def _signals(coffin: Coffin, signals: list[str], frames: int) -> None:
    """Check what the hardware was told."""
    sent = (await coffin.frames("03", "06", "16"))[frames:]
    levels = [value for _, what, value in await coffin.history() if what == "solenoid"]
    for signal in signals:
        match signal.split():
            case ["play", "track", number]:
                assert ("03", int(number)) in sent
            case ["volume", number]:
                assert sent[0] == ("06", int(number))
            case ["player", "stop"]:
                assert sent[-1] == ("16", 0)
            case ["solenoid=1", *_]:
                assert 1 in levels
            case ["solenoid=0"]:
                assert levels[-1] == 0
            case _:
                raise AssertionError(f"a signal that is not understood: {signal}")


async def _activations(bus: Bus) -> list[int]:
    return [values["triggers"] for values in bus.words("telemetry") if "triggers" in values]


async def _blocked(coffin: Coffin) -> bool:
    return bool((await coffin.snapshot())["state"] == "blocked")


async def test_c03_a_dead_board_is_offline(coffin: Coffin, bus: Bus) -> None:
    """The last will is published, retained, when the board goes without a word."""
    await coffin.kill()

    await bus.hear("availability", "offline")
    async with Bus(bus._port) as late:
        await late.until(lambda: late.words("availability") == ["offline"], "it retained")


async def test_a02_a_login_owns_its_own_branch_only(tmp_path: Path, built: Path) -> None:
    """With one login for each device, nobody else speaks for the coffin."""
    acl = "user atelier\ntopic readwrite #\n\npattern readwrite props/%u/#\n"
    users = {"atelier": "a", PLAN.id: "b", "other-1": "c"}
    async with Broker(users=users, acl=acl) as broker:
        coffin = Coffin(broker.port, tmp_path, built)
        await coffin.build()
        coffin.configure(
            mqtt={"host": "127.0.0.1", "port": broker.port, "user": PLAN.id, "password": "b"}
        )
        async with Bus(broker.port, login=("atelier", "a")) as bus:
            await coffin.start()
            await bus.hear("state", "armed")
            async with Bus(broker.port, login=("other-1", "c"), client_id="thief") as thief:
                await thief.say("state", "action")
                await thief.say("cmd", "trigger")
            await bus.ask("identify")
            assert bus.words("state") == ["armed"]
            assert bus.words("cmd")[:-1] == []
        await coffin.kill()
