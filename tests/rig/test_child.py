"""Child processes: each ends when it should, and tells why when it should not have."""

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from rig.child import Child
from rig.errors import ProgramEndedError, SlowError

if TYPE_CHECKING:
    from pathlib import Path


async def never() -> bool:
    """Tell that a program is not ready."""
    return False


def python(code: str, log: Path) -> Child:
    """Return a child that runs some Python."""
    return Child("The program", [sys.executable, "-c", code], log=log)


async def test_a_program_that_dies_early_shows_its_last_words(tmp_path: Path) -> None:
    """The error names the exit code and ends with the log."""
    child = python("import sys; print('no such broker'); sys.exit(3)", tmp_path / "log")
    await child.start()

    with pytest.raises(ProgramEndedError, match=r"(?s)code 3 before it was ready.*no such broker"):
        await child.wait_until(never, "was ready", timeout_s=10)


async def test_waiting_is_bounded(tmp_path: Path) -> None:
    """A program that never gets ready is reported."""
    child = await python("import time; time.sleep(60)", tmp_path / "log").start()
    try:
        with pytest.raises(SlowError, match="has not answered within 0 s"):
            await child.wait_until(never, "answered", timeout_s=0.2)
    finally:
        await child.kill()
    assert child.exit_code == -signal.SIGKILL


async def test_a_stubborn_program_is_made_to_end(tmp_path: Path) -> None:
    """Who ignores SIGTERM does not get away with it."""
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "print('here', flush=True); time.sleep(60)"
    )
    child = await python(code, tmp_path / "log").start()

    async def is_up() -> bool:
        return "here" in child.output()

    await child.wait_until(is_up, "started", timeout_s=10)
    await child.stop(timeout_s=0.2)

    assert not child.running


async def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    """A rig that is killed leaves no orphans behind."""
    code = f"""
import asyncio, sys
from pathlib import Path
from rig.child import Child
async def main():
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    child = await Child("sleeper", command, log=Path({str(tmp_path / "inner.log")!r})).start()
    print("pid", child.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    log = tmp_path / "log"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    parent = Child("The rig", [sys.executable, "-c", code], log=log, env=environment)
    await parent.start()

    async def has_child() -> bool:
        return parent.output().startswith("pid ")

    await parent.wait_until(has_child, "started its child", timeout_s=20)
    pid = int(parent.output().split()[1])
    os.kill(parent.pid, signal.SIGKILL)
    await parent.wait()

    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        await asyncio.sleep(0.05)
    pytest.fail("The child outlived its parent")
