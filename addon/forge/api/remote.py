"""What workers on other hosts send: log lines and files of the jobs they run."""

import asyncio
import hashlib
import os
from pathlib import Path
from typing import Annotated, Final

from aiohttp import web
from pydantic import BaseModel, Field

from forge.api.asked import too_large
from forge.api.jobs import FilePath, JobPath
from forge.api.routes import Asked, Call, Routes
from forge.errors import Conflict, JobError, Unavailable
from forge.jobs.files import Kept
from forge.jobs.limits import MIB
from forge.jobs.processes import check_free
from forge.jobs.states import ACTIVE

ROUTES: Final = Routes("workers")
_OCTETS: Final = "application/octet-stream"
_PIECE: Final = 1 << 18


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


@ROUTES.route("POST", "/jobs/{job_id}/log", upload=_OCTETS, errors=(Conflict,))
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


@ROUTES.route("PUT", "/jobs/{job_id}/files/{name}", upload=_OCTETS, errors=(Conflict,))
async def upload_file(call: Call, path: FilePath, query: HashQuery) -> Kept:
    """Keep a file with a running job: whole, or not at all."""
    settings = call.forge.settings
    await asyncio.to_thread(_must_run, call, path.job_id)
    folder = settings.data_dir / "work"
    folder.mkdir(parents=True, exist_ok=True)
    coming = folder / f"upload-{path.job_id}-{os.urandom(8).hex()}"
    digest = hashlib.sha256()
    try:
        with coming.open("wb") as file:
            async for piece in call.request.content.iter_chunked(_PIECE):
                _must_fit(folder, settings.disk_reserve_mb * MIB)
                digest.update(piece)
                await asyncio.to_thread(file.write, piece)
        if digest.hexdigest() != query.sha256:
            raise Conflict(
                "The file arrived differently from how it was sent: send it again",
                about="checksum",
                expected=query.sha256,
                received=digest.hexdigest(),
            )
        return await asyncio.to_thread(call.forge.files.keep, path.job_id, coming, path.name)
    finally:
        coming.unlink(missing_ok=True)


def _must_fit(folder: Path, reserve: int) -> None:
    """Raise Unavailable where the disk is nearly full."""
    try:
        check_free(folder, reserve)
    except JobError as full:
        raise Unavailable(full.message, about="disk", **full.facts) from None


def _must_run(call: Call, job_id: str) -> None:
    """Raise Conflict for a job that nobody runs."""
    job = call.forge.jobs.show(job_id)
    if job.state not in ACTIVE:
        raise Conflict(f"The job is {job.state}: nobody runs it", about="claim", job=job_id)
