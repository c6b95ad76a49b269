"""One program that runs for as long as it is wanted, with its output in a file."""

import asyncio
import contextlib
import os
import shutil
import signal
import time
from typing import TYPE_CHECKING, Self

from rig.errors import ProgramEndedError, RigError, SlowError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from pathlib import Path


class Child:
    """A child process: start it, wait for it, end it; nobody else's process is touched.

    It runs in a session of its own, so that Ctrl-C in a terminal reaches only who
    started it and parts are stopped in order. Where the system can do it (`setpriv`),
    it also ends when its parent dies without a word.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        """Describe the program; `log` collects what it prints over all its starts."""
        self.name = name
        self.log = log
        self._command = [str(part) for part in command]
        self._env = dict(env) if env is not None else None
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self._log_start = 0

    @property
    def running(self) -> bool:
        """Tell whether the program runs now."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """Return the process id; raise when it does not run."""
        if self._process is None or self._process.returncode is not None:
            raise ProgramEndedError(f"{self.name} does not run")
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """Return the last exit code (negative: a signal), None while it runs or never ran."""
        return None if self._process is None else self._process.returncode

    async def start(self) -> Self:
        """Start the program; raise when it runs already."""
        if self.running:
            raise RigError(f"{self.name} runs already")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        guard = shutil.which("setpriv")
        command = [guard, "--pdeathsig", "KILL", "--"] if guard else []
        with self.log.open("ab") as output:
            self._log_start = output.tell()
            self._process = await asyncio.create_subprocess_exec(
                *command,
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                env=self._env,
                cwd=self._folder,
                start_new_session=True,
            )
        return self

    async def wait_until(
        self, ready: Callable[[], Awaitable[bool]], what: str, *, timeout_s: float
    ) -> None:
        """Poll `ready` until it is true; raise with the log's end when the program dies first."""
        deadline = time.monotonic() + timeout_s
        while not await ready():
            if not self.running:
                raise ProgramEndedError(
                    f"{self.name} ended with code {self.exit_code} before it {what}\n{self.tail()}"
                )
            if time.monotonic() > deadline:
                raise SlowError(
                    f"{self.name} has not {what} within {timeout_s:.0f} s\n{self.tail()}"
                )
            await asyncio.sleep(0.05)

    async def wait(self) -> int:
        """Wait until the program ends by itself and return its exit code."""
        if self._process is None:
            raise RigError(f"{self.name} was never started")
        return await self._process.wait()

    async def stop(self, *, timeout_s: float = 20) -> None:
        """Ask it to end, and make it end when it has not within the time."""
        if not self.running:
            return
        self._signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.wait(), timeout_s)
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """End it at once, as a power cut would, together with what it started."""
        if self._process is None or self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self.wait()

    def output(self) -> str:
        """Return what it printed since its last start."""
        with contextlib.suppress(FileNotFoundError), self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")
        return ""

    def tail(self, lines: int = 25) -> str:
        """Return the last lines it printed since its last start."""
        return "\n".join(f"    {line}" for line in self.output().splitlines()[-lines:])

    def _signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it still is there."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)
