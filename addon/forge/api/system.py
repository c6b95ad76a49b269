"""The Forge itself over HTTP: health, settings, description, metrics, tidying up."""

import shutil
from typing import Any, Final

from aiohttp import web
from pydantic import BaseModel, Field

from forge import VERSION
from forge.api import metrics
from forge.api.routes import Asked, Call, Routes
from forge.errors import Conflict, Unavailable
from forge.jobs.facts import Job, Problem
from forge.jobs.limits import MIB
from forge.jobs.states import ACTIVE, State
from forge.jobs.tidy import Tidy
from forge.openwrt import host

ROUTES: Final = Routes("system")
ROOT: Final = Routes("system", prefix="")


class Health(BaseModel):
    """Whether the Forge can work."""

    status: str
    version: str


class Config(BaseModel):
    """The settings, without secrets."""

    version: str
    settings: dict[str, Any]


class Status(BaseModel):
    """How the Forge stands."""

    version: str
    offline: bool = Field(description="OpenWrt's servers are never asked")
    flashing: bool = Field(description="cards may be written")
    cannot_build: Problem | None = Field(
        description="why this host builds nothing; none where it, or a worker elsewhere, does"
    )
    waiting: int = Field(description="jobs that wait")
    running: int = Field(description="jobs that run")
    disk_free: int = Field(description="bytes free where the data is")
    disk_reserve: int = Field(description="bytes that must stay free: below, no job starts")


class TidyBody(Asked, Tidy):
    """What to forget."""


@ROOT.route("GET", "/health", public=True, errors=(Unavailable,))
def health(call: Call) -> Health:
    """Say whether the Forge can work: it answers, and its database does."""
    call.forge.store.ping()
    return Health(status="ok", version=VERSION)


@ROUTES.route("GET", "/config")
def config(call: Call) -> Config:
    """Show the settings, without secrets."""
    return Config(version=VERSION, settings=call.forge.settings.shown())


@ROUTES.route("GET", "/status")
def show_status(call: Call) -> Status:
    """Tell how the Forge stands: what waits and runs, free space, what is switched off."""
    settings, counts = call.forge.settings, call.forge.jobs.counts()
    hindrance = host.hindrance(settings)
    return Status(
        version=VERSION,
        offline=settings.offline,
        flashing=settings.flashing,
        cannot_build=Problem(**hindrance.as_dict()) if hindrance else None,
        waiting=counts[State.QUEUED],
        running=sum(counts[state] for state in ACTIVE),
        disk_free=shutil.disk_usage(settings.data_dir).free,
        disk_reserve=settings.disk_reserve_mb * MIB,
    )


@ROOT.route("GET", "/metrics", media="text/plain")
async def show_metrics(call: Call) -> web.StreamResponse:
    """Show figures for Prometheus."""
    return await metrics.answer(call)


@ROUTES.route("POST", "/tidy", status=202, errors=(Conflict,))
def tidy(call: Call, body: TidyBody) -> Job:
    """Forget old jobs with their logs and files."""
    return call.forge.jobs.submit(
        "forge.tidy", Tidy(**body.model_dump()), by=call.by, key=call.idempotency_key
    )
