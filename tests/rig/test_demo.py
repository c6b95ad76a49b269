"""The demo's command: what it says when it cannot start, and how it ends."""

import asyncio
import contextlib
import os
from pathlib import Path
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from rig.broker import Broker
from rig.child import Child
from rig.demo import own_folder
from rig.ports import accepts, free_port
from rig.smithy import why_no_forge

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]
PORTS = ("--port", "--mqtt-port", "--board-port", "--forge-port")


def command(options: Sequence[str], log: Path) -> Child:
    """Return the demo as script/demo runs it, without the set-up before."""
    path = os.pathsep.join((str(ROOT / "script"), str(ROOT / "addon")))
    return Child(
        "The demo",
        [sys.executable, "-m", "rig.demo", *options],
        log=log,
        env={**os.environ, "PYTHONPATH": path},
    )


def of_demo(folder: Path) -> list[str]:
    """Return the programs that run with something of a demo's folder, by line or environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line = (process / "cmdline").read_bytes()
            if str(folder / "demo").encode() in line + (process / "environ").read_bytes():
                found.append(line.replace(b"\0", b" ").decode(errors="replace"))
    return found


@pytest.mark.parametrize("flag", PORTS)
async def test_a_taken_port_is_answered_with_the_option(flag: str, tmp_path: Path) -> None:
    """Who has something on a port reads which option to use, and nothing else."""
    async with Broker() as somebody:
        ports = {name: str(free_port()) for name in PORTS}
        ports[flag] = str(somebody.port)
        options = [part for pair in ports.items() for part in pair]
        demo = command([*options, "--dir", str(tmp_path / "demo")], tmp_path / "log")
        await demo.start()

        code = await asyncio.wait_for(demo.wait(), 30)

    assert code == 1
    assert f"Port {somebody.port}" in demo.output()
    assert f"Choose another with {flag}" in demo.output()
    assert "Traceback" not in demo.output()


async def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    """The demo empties its own folder only."""
    (tmp_path / "diary.txt").write_text("mine", encoding="utf-8")
    demo = command(["--dir", str(tmp_path)], tmp_path.with_suffix(".log"))
    await demo.start()

    assert await asyncio.wait_for(demo.wait(), 30) == 1
    assert "not the demo's" in demo.output()
    assert (tmp_path / "diary.txt").read_text(encoding="utf-8") == "mine"


async def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    """Two demos never share a folder."""
    with own_folder(tmp_path / "demo", keep=False):
        demo = command(["--dir", str(tmp_path / "demo")], tmp_path / "log")
        await demo.start()
        code = await asyncio.wait_for(demo.wait(), 30)

    assert code == 1
    assert "Another demo runs in" in demo.output()


async def test_stopped_half_way_it_leaves_nothing_running(tmp_path: Path) -> None:
    """A signal during the start ends every part that runs already."""
    ports = {name: free_port() for name in PORTS}
    options = [str(part) for pair in ports.items() for part in pair]
    demo = command([*options, "--dir", str(tmp_path / "demo")], tmp_path / "log")
    await demo.start()

    last = "--mqtt-port" if why_no_forge() else "--forge-port"

    async def has_begun() -> bool:
        return await accepts(ports[last])

    await demo.wait_until(has_begun, "started broker and Forge", timeout_s=60)
    assert of_demo(tmp_path)
    os.kill(demo.pid, signal.SIGTERM)
    code = await asyncio.wait_for(demo.wait(), 60)

    assert code == 0
    assert "Traceback" not in demo.output()
    assert not of_demo(tmp_path)
