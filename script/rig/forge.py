"""A Forge of one's own on the loopback address."""

import asyncio
from http import HTTPStatus
import os
from pathlib import Path
import sys
import time
from typing import TYPE_CHECKING, Any, Final, Self

import aiohttp

from forge.client.http import Client
from rig.child import Child
from rig.errors import SlowError
from rig.places import ROOT, open_way
from rig.ports import LOOPBACK, claim_port
from rig.started import Started

if TYPE_CHECKING:
    from collections.abc import Mapping

PURPOSE: Final = "the Forge"
TOKEN: Final = "atelier-demo-token"  # noqa: S105  # printed for everybody to see; the server is on loopback
FINISHED: Final = {"done", "failed", "cancelled"}
_START_TIMEOUT_S: Final = 60
_STOP_TIMEOUT_S: Final = 15
_LOOK_AGAIN_S: Final = 0.1


class ForgeServer(Started):
    """A real `forge serve` with its own data folder, and a client of it."""

    def __init__(
        self,
        *,
        folder: Path,
        port: int = 0,
        settings: Mapping[str, object],
        module: str = "forge",
    ) -> None:
        """Describe it; `settings` are the Forge's own, `module` may bring more kinds of jobs."""
        self.port = claim_port(port, PURPOSE)
        self.url = f"http://{LOOPBACK}:{self.port}"
        self.folder = folder.resolve()
        self.client = Client(self.url, TOKEN)
        said = {
            "data_dir": self.folder,
            "api_host": LOOPBACK,
            "api_port": self.port,
            "token": TOKEN,
            "stop_grace_s": 2,
            "disk_reserve_mb": 64,
            **settings,
        }
        own = {name: value for name, value in os.environ.items() if not name.startswith("FORGE_")}
        self._child = Child(
            "The Forge",
            [sys.executable, "-m", module, "serve"],
            log=self.folder.with_suffix(".log"),
            env={
                **own,
                **{f"FORGE_{name.upper()}": str(value) for name, value in said.items()},
                "PYTHONPATH": f"{ROOT / 'script'}:{ROOT / 'addon'}",
            },
        )

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._child.pid

    async def start(self) -> Self:
        """Start it and wait until it answers."""
        claim_port(self.port, PURPOSE)
        open_way(self.folder.parent)
        await self._child.start()
        await self._child.wait_until(self._answers, "answered", timeout_s=_START_TIMEOUT_S)
        return self

    async def close(self) -> None:
        """Stop it, with what it builds."""
        await self._child.stop(timeout_s=_STOP_TIMEOUT_S)

    def log_tail(self, lines: int = 25) -> str:
        """Return the last lines of its log."""
        return self._child.tail(lines)

    async def get(self, *path: str, **query: Any) -> Any:
        """Return what is at an address below `/api/v1`. Raise what the Forge tells."""
        return await asyncio.to_thread(self.client.get, *path, **query)

    async def post(self, *path: str, body: Any) -> Any:
        """Ask for something. Raise what the Forge tells."""
        return await asyncio.to_thread(self.client.post, *path, body=body)

    async def finished(self, job_id: str, *, timeout_s: float = 60) -> dict[str, Any]:
        """Wait until a job has ended and return it; raise SlowError."""
        deadline = time.monotonic() + timeout_s
        while True:
            job: dict[str, Any] = await self.get("jobs", job_id)
            if job["state"] in FINISHED:
                return job
            if time.monotonic() > deadline:
                raise SlowError(f"Job {job_id} is still {job['state']} after {timeout_s:.0f} s")
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def _answers(self) -> bool:
        """Tell whether it answers requests."""
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"{self.url}/health") as answer,
            ):
                return answer.status == HTTPStatus.OK
        except aiohttp.ClientError, TimeoutError:
            return False
