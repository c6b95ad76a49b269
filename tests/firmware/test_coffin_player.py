"""The DFPlayer: right checksums, and no player that can stall a coffin."""

from pathlib import Path

from workbench import Bus, Coffin, run_micropython

UNITS = """
import sys; sys.path.insert(0, "lib")
from atelier.dfplayer import frame, parse
"""


async def test_every_track_has_the_right_checksum(built: Path) -> None:
    """Frames of tracks 1 to 2999 add up to zero, and are read back."""
    script = (
        UNITS
        + """
for track in range(1, 3000):
    sent = frame(3, track)
    assert len(sent) == 10 and sent[0] == 0x7E and sent[9] == 0xEF
    assert (sum(sent[1:7]) + (sent[7] << 8 | sent[8])) & 0xFFFF == 0, track
    assert parse(bytearray(sent)) == (3, track)
print("good")
"""
    )
    assert await run_micropython(script, folder=built) == "good\n"


async def test_frames_are_found_in_noise(built: Path) -> None:
    """Half frames, wrong checksums and noise are passed over."""
    script = (
        UNITS
        + """
bad = bytearray(frame(0x3D, 7)); bad[8] ^= 1
noise = bytearray(b"\\x00\\x7e\\xff" + frame(0x3D, 7)[:6] + bytes(bad) + frame(0x42, 1) + b"\\x7e")
assert parse(noise) == (0x42, 1)
assert parse(noise) is None and len(noise) < 10
print("good")
"""
    )
    assert await run_micropython(script, folder=built) == "good\n"


async def test_the_player_is_told_what_to_play(coffin: Coffin, bus: Bus) -> None:
    """Volume goes before the track, for every play, and nothing has a wrong checksum."""
    await bus.ask("trigger", track=2999, volume=12)
    await coffin.advance(9000)
    await bus.ask("trigger")
    await coffin.advance(300)

    sent = await coffin.frames("03", "06")
    assert sent[-4:] == [("06", 12), ("03", 2999), ("06", 20), ("03", 1)]
    assert (await coffin.snapshot())["player"]["bad_checksums"] == 0


async def test_short_replies_stall_nothing(coffin: Coffin, bus: Bus) -> None:
    """A player that answers with 7 bytes costs neither time nor the solenoid's end."""
    await coffin.player("short_reply")
    await bus.ask("trigger")

    await coffin.advance(16_000)

    assert len(await coffin.pulses()) == 1
    assert (await bus.ask("identify"))["ok"]
    assert len(await coffin.frames("42")) < 60


async def test_the_first_order_waits_for_the_player_to_start(dark: Coffin, bus: Bus) -> None:
    """Nothing is sent before the player has greeted, and an early order is not lost."""
    await dark.switch_on()
    await bus.hear("availability", "online")
    await bus.ask("trigger")
    await dark.advance(4000)

    first = next(ms for ms, what, _ in await dark.history() if what == "uart")
    assert first >= 1100
    assert ("03", 1) in await dark.frames("03")


async def test_a_lost_player_is_a_fault_until_it_is_back(coffin: Coffin, bus: Bus) -> None:
    """Music does not stay `playing` for ever when the player falls silent."""
    await bus.ask("play_music")
    await coffin.player("silent")
    await coffin.advance(8000)
    await bus.hear("event", type="faulted", reason="player_silent")
    assert (await coffin.snapshot())["state"] == "armed"

    mark = bus.mark()
    await coffin.player("normal")
    await coffin.advance(70_000)
    await bus.hear("telemetry", since=mark, problem=False)
    assert (await bus.ask("play_music"))["ok"]


async def test_the_busy_pin_tells_the_end(dark: Coffin, bus: Bus) -> None:
    """Where BUSY is wired, it tells the end of a track that no message tells."""
    dark.configure(pins={"busy": {"gpio": 34, "direction": "in", "pull": "up"}})
    await dark.switch_on()
    await bus.hear("availability", "online")
    await dark.advance(3000)
    await bus.ask("trigger")
    await dark.advance(6000)

    assert 3500 < (await dark.pulses())[0] < 5000
    await bus.hear("event", type="finished", how="track_ended")


async def test_a_missing_file_is_a_fault_and_the_coffin_jumps(coffin: Coffin, bus: Bus) -> None:
    """Without the track the solenoid gets its time without sound, until a track plays again."""
    await coffin.request("player", tracks=2)
    await bus.ask("trigger", track=3)
    await bus.hear("event", type="faulted", reason="track_missing", track=3)
    await coffin.advance(9000)
    assert (await coffin.pulses())[0] < 2500
    mark = bus.mark()

    await bus.ask("trigger", track=2)
    await coffin.advance(6000)

    await bus.hear("telemetry", since=mark, problem=False)
