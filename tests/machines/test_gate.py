"""Many pass at a time, or one alone."""

import asyncio

from custom_components.atelier.machines.gate import Gate


async def test_who_wants_to_be_alone_waits_for_all_and_keeps_others_out() -> None:
    gate, order = Gate(), list[str]()

    async def passes(name: str) -> None:
        async with gate.passing():
            order.append(f"{name} in")
            await asyncio.sleep(0)
            order.append(f"{name} out")

    async def alone(name: str) -> None:
        async with gate.alone():
            order.append(f"{name} in")
            await asyncio.sleep(0)
            order.append(f"{name} out")

    await asyncio.gather(passes("a"), passes("b"), alone("X"), alone("Y"), passes("c"))
    assert order[:4] == ["a in", "b in", "a out", "b out"]
    assert order.index("X out") == order.index("X in") + 1
    assert order.index("Y out") == order.index("Y in") + 1
    assert order.index("c in") > order.index("X out")
