"""Measure bundles against a board's limits: size of the code, of `info`, and memory in use."""

import asyncio
import json
from pathlib import Path
import sys
import tempfile
from typing import Final

from paho.mqtt import publish

from forge.firmware.bundles import INFO_LIMIT
from forge.firmware.compile import Built, build
from rig.bench.figures import Figure
from rig.bench.table import Row, Target, table
from rig.board import Board, BoardPlan
from rig.broker import Broker
from rig.places import BUNDLES
from rig.ports import LOOPBACK

#: Bytes of byte code that leave half of an ESP32's smallest usual flash partition free.
CODE_LIMIT: Final = 48 * 1024
#: Bytes that an ESP32 leaves to MicroPython. Words are twice as long here as there, so a
#: figure below it is on the safe side.
HEAP_LIMIT: Final = 144 * 1024

_ROUNDS: Final = 10
#: Garbage is collected after so many bytes, so that what is left counts as in use.
_COLLECT_AFTER: Final = 2048


def run() -> list[Row]:
    """Measure every bundle."""
    names = sorted(path.parent.name for path in BUNDLES.glob("*/bundle.yaml"))
    return [row for name in names for row in asyncio.run(_measure(name))]


async def _measure(name: str) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        async with Broker() as broker:
            board = Board(
                BoardPlan(id="bench-1", name="Bench", bundle=name),
                mqtt_port=broker.port,
                folder=Path(folder),
                virtual=True,
            )
            await board.build()
            built = await asyncio.to_thread(build, BUNDLES / name, board.flash, mpy=True)
            async with board:
                heap = await _busy(board, broker.port, built)
    described = json.dumps(built.bundle.capabilities(), ensure_ascii=False).encode()
    return [
        _row(f"{name}: code", built.code_size, CODE_LIMIT),
        _row(f"{name}: capabilities", len(described), INFO_LIMIT),
        _row(f"{name}: heap, busy", heap, HEAP_LIMIT),
    ]


async def _busy(board: Board, port: int, built: Built) -> int:
    """Keep a board busy and return the most bytes that its firmware had in use."""
    await board.request("heap", threshold=_COLLECT_AFTER)
    await board.wait_snapshot("network", wanted="up")
    await board.advance(5000)
    settings = {key: rule["default"] for key, rule in built.bundle.rules()["settings"].items()}
    branch = f"props/{board.plan.id}"
    for number in range(_ROUNDS):
        messages = [
            ("cmd", json.dumps({"action": "trigger", "correlation_id": f"t{number}"})),
            ("cmd", "x" * 100_000),
            ("settings/set", json.dumps(settings | {"hold": 1000 + number})),
            ("cmd", json.dumps({"action": "identify", "correlation_id": f"i{number}"})),
        ]
        await asyncio.to_thread(
            publish.multiple,
            [(f"{branch}/{channel}", payload, 1, False) for channel, payload in messages],
            LOOPBACK,
            port,
        )
        await _touch(board, built)
        await board.advance(10_000)
        if number % 5 == 0:
            await board.network(up=False)
            await board.advance(3000)
            await board.network(up=True)
            await board.advance(15_000)
    heap = (await board.snapshot())["heap"]
    return int(heap["peak"] - heap["base"])


async def _touch(board: Board, built: Built) -> None:
    """Do with a board what people do: move before its sensor, or lay a card on its reader."""
    pins = built.bundle.pins
    if "pir" in pins:
        await board.edge("pir")
    elif any("spi" in pin for pin in pins.values()):
        await board.request("card_in", uid="01020304")
        await board.advance(1000)
        await board.request("card_out")


def _row(name: str, size: int, limit: int) -> Row:
    """Return a size in KiB beside its limit."""
    kibibytes = Figure.of([size / 1024])
    target = Target(limit / 1024, of="number")
    return Row(name, "KiB", ours=kibibytes, targets=(target,), digits=1)


def main() -> int:
    """Print the figures; return 1 where one is over its limit."""
    rows = run()
    print(table(rows))
    return 1 if any(row.misses() for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
