"""It works after days and months: ticks wrap, memory does not fill."""

from workbench import Bus, Coffin

WRAP = 1 << 30
DAYS_6_2 = 1 << 29


async def test_it_works_when_the_ticks_wrap(coffin: Coffin, bus: Bus) -> None:
    """A coffin whose tick counter wraps in the middle of an action ends it in time."""
    await coffin.request("ticks", value=WRAP - 2000)
    await bus.ask("trigger")
    await coffin.advance(10_000)

    assert 3500 < (await coffin.pulses())[0] < 4500
    assert (await coffin.snapshot())["ticks"] < 20_000


async def test_it_works_days_after_the_last_action(coffin: Coffin, bus: Bus) -> None:
    """After 6.2, 12.4, 18.6 … days: no false motion, no dropped edge, no refused trigger."""
    await coffin.edge("pir")
    await bus.hear("event", type="activated", source="pir")
    await coffin.advance(10_000)
    seconds = 0
    for _ in range(5):
        # Steps of 3.1 days, with the loop running in between as it always does.
        for _ in range(2):
            ticks = (await coffin.snapshot())["ticks"]
            await coffin.request("ticks", value=(ticks + DAYS_6_2 // 2) % WRAP)
            seconds += DAYS_6_2 // 2000
            await coffin.advance(40_000)
        mark = bus.mark()
        await coffin.advance(6000)
        telemetry = await bus.hear("telemetry", since=mark)
        assert telemetry["motion"] is False
        assert telemetry["uptime_s"] >= seconds
        mark = bus.mark()

        await coffin.edge("pir")

        await bus.hear("event", type="activated", source="pir", since=mark)
        await coffin.advance(8000)
        assert (await bus.ask("trigger"))["ok"]
        await coffin.advance(8000)
    assert len(await coffin.pulses()) == 11


async def test_a_long_run_fills_no_memory(coffin: Coffin, bus: Bus) -> None:
    """Hours with movements, commands, refusals and lost links end with the memory of minute ten."""
    await bus.set(telemetry_interval=60_000)

    async def hour(number: int) -> int:
        for turn in range(4):
            await coffin.edge("pir")
            await bus.ask("trigger", volume=turn)
            await bus.say("cmd", b"\xff garbage")
            await bus.set(volume=(number * 4 + turn) % 30)
            if turn == 2:
                await coffin.network(up=False)
                await coffin.advance(5000)
                mark = bus.mark()
                await coffin.network(up=True)
                await coffin.advance(30_000)
                await bus.hear("availability", "online", since=mark)
            await coffin.advance(860_000)
        return int((await coffin.request("heap"))["used"])

    await hour(0)
    used = [await hour(number) for number in range(1, 4)]

    assert max(used) - used[0] < 2048
    assert (await coffin.snapshot())["state"] == "armed"
    assert bus.words("telemetry")[-1]["uptime_s"] > 3.5 * 3600
