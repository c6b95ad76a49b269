"""What workers on other hosts send: log lines and files of the jobs they run."""

import asyncio
from typing import Annotated, Final

from aiohttp import web
from pydantic import BaseModel, Field

from forge.api.asked import too_large
from forge.api.jobs import FilePath, JobPath
from forge.api.routes import Asked, Call, Routes
from forge.api.transfers import OCTETS, received
from forge.errors import Conflict
from forge.jobs.files import Kept
from forge.jobs.states import ACTIVE

ROUTES: Final = Routes("workers")


class AppendQuery(Asked):
    """Where lines belong."""

    offset: int = Field(
        ge=-1, le=2**53, description="where the log ends, by the sender; -1 only asks where"
    )


class HashQuery(Asked):
    """What a file must be."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class LogSize(BaseModel):
    """Where the log ends now."""

    size: int


@ROUTES.route("POST", "/jobs/{job_id}/log", upload=OCTETS, errors=(Conflict,))
async def append_log(call: Call, path: JobPath, query: AppendQuery) -> LogSize:
    """Append lines to the log of a running job; the same piece sent twice is written once."""
    try:
        lines = await call.request.read()
    except web.HTTPRequestEntityTooLarge as error:
        raise too_large(error) from None
    return await asyncio.to_thread(_append, call, path.job_id, query.offset, lines)


def _append(call: Call, job_id: str, offset: int, lines: bytes) -> LogSize:
    _must_run(call, job_id)
    log = call.forge.log(job_id)
    size = log.size
    if offset < 0 or (lines and offset + len(lines) == size):
        return LogSize(size=size)
    if offset != size:
        raise Conflict(f"The log ends at {size}, not at {offset}", about="log", size=size)
    try:
        return LogSize(size=log.append(lines) if lines else size)
    finally:
        log.close()


@ROUTES.route("PUT", "/jobs/{job_id}/files/{name}", upload=OCTETS, errors=(Conflict,))
async def upload_file(call: Call, path: FilePath, query: HashQuery) -> Kept:
    """Keep a file with a running job: whole, or not at all."""
    await asyncio.to_thread(_must_run, call, path.job_id)
    folder = call.forge.settings.data_dir / "work"
    folder.mkdir(parents=True, exist_ok=True)
    async with received(call.request, folder, call.forge.settings) as (coming, sha256):
        if sha256 != query.sha256:
            raise Conflict(
                "The file arrived differently from how it was sent: send it again",
                about="checksum",
                expected=query.sha256,
                received=sha256,
            )
        return await asyncio.to_thread(call.forge.files.keep, path.job_id, coming, path.name)


def _must_run(call: Call, job_id: str) -> None:
    """Raise Conflict for a job that nobody runs."""
    job = call.forge.jobs.show(job_id)
    if job.state not in ACTIVE:
        raise Conflict(f"The job is {job.state}: nobody runs it", about="claim", job=job_id)
