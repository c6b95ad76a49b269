"""Power is off at power-on, after an error, and when the program is stuck."""

from gatebench import UMA, Gate, Server
import pytest


async def test_power_is_off_from_the_start(dark_gate: Gate, server: Server) -> None:
    """The relay is driven off before anything else, and a card that lies there changes nothing."""
    server.silence()
    await dark_gate.start()
    await dark_gate.request("card_in", uid=UMA)
    await dark_gate.advance(20_000)
    first, *_ = await dark_gate.history()
    assert first[1:] == ["relay", 0]
    assert await dark_gate.relay() == []


@pytest.mark.parametrize("method", ["step", "keep_alive", "log_out"])
async def test_an_error_switches_off(gate: Gate, server: Server, method: str) -> None:
    """The use is over and told; power does not come back by itself; the next tap works."""
    await gate.log_in()
    await server.hear("startuse")
    await gate.request("raise", **{"in": method})
    await gate.tap(UMA)
    await gate.advance(8000)
    await server.hear("stopuse")
    assert not await gate.power()
    assert [level for _, level in await gate.relay()] == [1, 0]
    await gate.log_in()


async def test_a_stuck_program_switches_off(gate: Gate, server: Server) -> None:
    """The lease runs out by a hardware timer, the watchdog resets, the use's end is told."""
    await gate.log_in()
    await server.hear("startuse")
    stuck_at = (await gate.snapshot())["ms"]
    await gate.request("stuck")
    await gate.advance(45_000)
    on, off = await gate.relay()
    assert off[0] - stuck_at <= 15_100
    assert "watchdog" in gate.log_tail()
    await server.hear("stopuse")
    assert not await gate.power()
    assert on[1] == 1


async def test_a_lease_that_ran_out_is_not_renewed(gate: Gate, server: Server) -> None:
    """A program that comes back late finds the use over."""
    await gate.log_in()
    await gate.request("ticks", value=(await gate.snapshot())["ticks"] + 16_000)
    await gate.advance(1000)
    assert not await gate.power()
    assert await gate.rows() == ["Switched off", "Uma"]
    await server.hear("stopuse")
    await gate.advance(5000)
    assert [level for _, level in await gate.relay()] == [1, 0]


async def test_a_lost_network_does_not_switch_off(gate: Gate, server: Server) -> None:
    """A use goes on without a server, for hours if need be."""
    await gate.log_in()
    await gate.network(up=False)
    await gate.advance(100_000)
    assert await gate.power()
    assert [level for _, level in await gate.relay()] == [1]


async def test_parts_may_be_left_out(dark_gate: Gate, server: Server) -> None:
    """What is not fitted is not missed."""
    dark_gate.configure(without=["display", "buzzer", "button"])
    await dark_gate.switch_on()
    await server.hear("checkmachine")
    await dark_gate.advance(500)
    await dark_gate.log_in()


async def test_a_display_that_is_unplugged(gate: Gate, server: Server) -> None:
    """The rest goes on."""
    await gate.request("display", present=False)
    await gate.log_in()
    assert await gate.power()


async def test_a_long_run_fills_no_memory(gate: Gate, server: Server) -> None:
    """Uses, refusals and lost links end with the memory that they began with."""

    async def round_trip() -> int:
        for _ in range(2):
            await gate.log_in()
            await gate.tap(UMA)
        await gate.network(up=False)
        await gate.tap(UMA)
        await gate.network(up=True)
        await gate.advance(40_000)
        return int((await gate.request("heap"))["used"])

    await round_trip()
    used = [await round_trip() for _ in range(2)]
    assert max(used) - used[0] < 1500
