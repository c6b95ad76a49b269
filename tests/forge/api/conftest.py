"""Both doors of a Forge, served in this process."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
import pytest

from forge.api.doors import Door
from forge.api.live import Live
from forge.api.metrics import Metrics
from forge.api.server import build
from forge.app import Forge
from forge.jobs import claim as claims
from forge.jobs.claim import Claim
from forge.jobs.facts import Job
from forge.jobs.rows import WorkerRow
from tests.forge.house import TOKEN


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Any) -> str:
    """Answers do not depend on the database; the store's own tests use both."""
    return f"sqlite:///{tmp_path}/data/forge.db"


@dataclass
class Doors:
    """A served Forge."""

    forge: Forge
    live: Live
    api: TestClient[Any, Any]
    ingress: TestClient[Any, Any]

    async def ask(
        self, method: str, path: str, *, token: str | None = TOKEN, **more: Any
    ) -> ClientResponse:
        """Ask the API's door."""
        headers = dict(more.pop("headers", {}))
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        answer = await self.api.request(method, path, headers=headers, **more)
        if answer.content_type == "application/json":
            await answer.read()
        return answer

    def running(self, *, by: str = "") -> tuple[Job, Claim]:
        """Have a job that a worker has claimed."""
        job = self.forge.jobs.submit("forge.tidy", {}, by=by)
        with self.forge.store.write() as session:
            session.merge(WorkerRow(id="w", host="h", place="p", pid=1, version="1"))
        claim = claims.take(self.forge.store, job.id, worker_id="w", host="h")
        assert claim is not None
        return job, claim


@pytest.fixture
async def doors(forge: Forge) -> AsyncIterator[Doors]:
    """Open both doors."""
    live, metrics = Live(forge), Metrics(forge)
    live.start()
    servers = [TestServer(build(forge, door, TOKEN, live, metrics)) for door in Door]
    async with TestClient(servers[0]) as api, TestClient(servers[1]) as ingress:
        yield Doors(forge, live, api, ingress)
    await live.stop()
