"""A Forge that really runs: its processes, and a client."""

from collections.abc import Callable
import json
import os
from pathlib import Path
import signal
import subprocess
import sys
import time
from typing import Any, Final, Self
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from forge.app import Forge
from forge.jobs.facts import Job
from forge.settings import load
from rig.places import open_way
from rig.ports import free_port
from tests.forge import kinds

ROOT: Final = Path(__file__).parents[2]
TOKEN: Final = "a-token-for-tests-only"
PATIENCE_S: Final = 30.0

assert kinds  # the desk must know the kinds that it is asked for


class House:
    """A Forge, and further workers, in processes of their own."""

    def __init__(self, folder: Path, *, machine: str = "", **settings: Any) -> None:
        """Plan it, perhaps on another kind of machine; settings are those of the Forge."""
        self.folder = folder
        self._machine = ("setarch", machine) if machine else ()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._settings = {
            "stop_grace_s": 1,
            "lease_s": 10,
            "build_jobs": 2,
            "disk_reserve_mb": 16,
            "token": TOKEN,
            **settings,
        }
        self._processes: list[subprocess.Popen[bytes]] = []
        self._opener = build_opener(ProxyHandler({}))
        self.forge: Forge

    def __enter__(self) -> Self:
        """Start the Forge, and wait until it answers."""
        self.serve()
        self.forge = Forge.open(load({**self._settings, "data_dir": self.folder}, environment={}))
        return self

    def __exit__(self, *_raised: object) -> None:
        """End everything that was started."""
        if hasattr(self, "forge"):
            self.forge.close()
        for process in self._processes:
            if process.poll() is None:
                process.terminate()
        for process in self._processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def serve(self) -> subprocess.Popen[bytes]:
        """Start `forge serve`, and wait until it answers."""
        place = ("--host", "127.0.0.1", "--port", str(self.port))
        process = self._start("serve", self.folder, *place)
        until(lambda: process.poll() is not None or self.is_up())
        assert process.poll() is None, self.said()
        return process

    @property
    def serving(self) -> subprocess.Popen[bytes]:
        """Return the process of the Forge itself: it was started first."""
        return self._processes[0]

    def worker(self, folder: Path, **settings: Any) -> subprocess.Popen[bytes]:
        """Start `forge worker` with a data folder of its own."""
        return self._start("worker", folder, **settings)

    def said(self) -> str:
        """Return what the processes wrote."""
        return Path(self.folder, "output").read_text("utf-8", "replace")

    def is_up(self) -> bool:
        """Tell whether the API answers."""
        try:
            return self.ask("GET", "/health")[0] == 200
        except OSError:
            return False

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        token: str | None = TOKEN,
    ) -> tuple[int, Any]:
        """Ask the API; return the status and the JSON."""
        request = Request(  # noqa: S310 - our own server
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": "application/json", **(headers or {})},
        )
        if token is not None:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with self._opener.open(request, timeout=PATIENCE_S) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def submit(self, kind: str, **params: Any) -> Job:
        """Queue a job."""
        return self.forge.jobs.submit(kind, params)

    def show(self, job: Job) -> Job:
        """Return a job as it stands."""
        return self.forge.jobs.show(job.id)

    def finished(self, job: Job) -> Job:
        """Wait until a job has finished; return it."""
        until(lambda: self.show(job).finished)
        return self.show(job)

    def log(self, job: Job) -> str:
        """Return a job's log."""
        log = self.forge.log(job.id)
        return log.read(0, log.size + 1).data.decode()

    def children(self, process: subprocess.Popen[bytes]) -> list[int]:
        """Return the children of a process."""
        path = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        return [int(pid) for pid in path.read_text("ascii").split()]

    def _start(
        self, command: str, folder: Path, *arguments: str, **settings: Any
    ) -> subprocess.Popen[bytes]:
        folder.mkdir(parents=True, exist_ok=True)
        open_way(folder.parent)
        merged = {**self._settings, **settings}
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("COV_")},
            **{f"FORGE_{key.upper()}": str(value) for key, value in merged.items()},
            "PYTHONPATH": f"{ROOT}:{ROOT / 'addon'}:{ROOT / 'script'}",
        }
        with Path(self.folder, "output").open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - our own program
                [
                    *(*self._machine, sys.executable, "-m", "tests.forge.started", command),
                    *("--data-dir", str(folder), *arguments),
                ],
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
            )
        self._processes.append(process)
        return process


def until(true: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Wait until something is true."""
    give_up = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < give_up, "it did not come true in time"
        time.sleep(0.05)


def kill(pid: int) -> None:
    """End a process as a crash does."""
    os.kill(pid, signal.SIGKILL)
