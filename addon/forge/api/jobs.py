"""Jobs over HTTP: list, show, cancel, log, files, events."""

from pathlib import Path
from typing import Annotated, Final

from aiohttp import web
from pydantic import BaseModel, Field

from forge.api import streams
from forge.api.routes import Asked, Call, Routes
from forge.errors import Conflict, NotFound
from forge.jobs.facts import Job
from forge.jobs.states import State

ROUTES: Final = Routes("jobs")
_LARGEST_READ: Final = 262_144


class JobPath(Asked):
    """A job's address."""

    job_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class FilePath(JobPath):
    """The address of a file that a job keeps."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._+-]{0,199}$")]


class JobQuery(Asked):
    """Which jobs."""

    state: list[State] = Field([], max_length=len(State))
    kind: str | None = Field(None, pattern=r"^[a-z0-9_.]{1,64}$")
    own: bool = Field(default=True, description="also the Forge's own, as of forgetting old ones")
    before: str | None = Field(
        None, pattern=r"^[0-9a-f]{32}$", description="the last id of the page before"
    )
    limit: int = Field(50, ge=1, le=500)


class LogQuery(Asked):
    """Which piece of a log."""

    offset: int = Field(0, ge=0, le=2**53)
    limit: int = Field(65_536, ge=1, le=_LARGEST_READ)


class FromQuery(Asked):
    """Where a stream begins; the `Last-Event-ID` header goes before it."""

    after: int | None = Field(None, ge=0, le=2**53)


class JobList(BaseModel):
    """A page of jobs, newest first."""

    jobs: list[Job]


class LogPiece(BaseModel):
    """A piece of a log."""

    offset: int = Field(description="where it begins: later than asked for what was dropped")
    next: int = Field(description="the offset to go on from")
    size: int = Field(description="the offset of what is not written yet")
    text: str
    finished: bool = Field(description="the job ended: after `size` nothing comes any more")


class FileList(BaseModel):
    """What a job keeps."""

    files: list[str]


@ROUTES.route("GET", "/jobs", errors=(NotFound,))
def list_jobs(call: Call, query: JobQuery) -> JobList:
    """List jobs, newest first."""
    jobs = call.forge.jobs.list(
        states=query.state,
        kind=query.kind,
        own=query.own,
        before=query.before,
        limit=query.limit,
    )
    return JobList(jobs=jobs)


@ROUTES.route("GET", "/jobs/{job_id}")
def show_job(call: Call, path: JobPath) -> Job:
    """Show a job."""
    return call.forge.jobs.show(path.job_id)


@ROUTES.route("POST", "/jobs/{job_id}/cancel", status=202, errors=(Conflict,))
def cancel_job(call: Call, path: JobPath) -> Job:
    """End a job; it has ended when its state says so."""
    return call.forge.jobs.cancel(path.job_id)


@ROUTES.route("GET", "/jobs/{job_id}/log")
def read_log(call: Call, path: JobPath, query: LogQuery) -> LogPiece:
    """Read a piece of a job's log."""
    # The state first: what is not there when the job has ended never comes.
    job = call.forge.jobs.show(path.job_id)
    log = call.forge.log(path.job_id)
    chunk = log.read(query.offset, query.limit)
    return LogPiece(
        offset=chunk.start,
        next=chunk.end,
        size=log.size,
        text=chunk.data.decode("utf-8", "replace"),
        finished=job.finished,
    )


@ROUTES.route("GET", "/jobs/{job_id}/log/stream", media="text/event-stream")
async def follow_log(call: Call, path: JobPath, query: FromQuery) -> web.StreamResponse:
    """Follow a job's log: events `log` (id: the offset to go on from), `gap`, `end`."""
    return await streams.follow_log(call, path.job_id, query.after)


@ROUTES.route("GET", "/jobs/{job_id}/files")
def list_files(call: Call, path: JobPath) -> FileList:
    """List the files that a job keeps."""
    call.forge.jobs.show(path.job_id)
    return FileList(files=call.forge.files.list(path.job_id))


@ROUTES.route("GET", "/jobs/{job_id}/files/{name}", media="application/octet-stream")
async def download_file(call: Call, path: FilePath) -> web.StreamResponse:
    """Download a file that a job keeps."""
    return sent(call.forge.files.find(path.job_id, path.name))


def sent(path: Path) -> web.FileResponse:
    """Answer with a file that a job keeps, to be saved and never shown."""
    return web.FileResponse(
        path,
        headers={
            "Content-Type": "application/octet-stream",
            "Content-Disposition": f'attachment; filename="{path.name}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


@ROUTES.route("GET", "/events", media="text/event-stream")
async def follow_events(call: Call, query: FromQuery) -> web.StreamResponse:
    """Follow everything that happens; `reset` says that older events are forgotten."""
    return await streams.follow_events(call, query.after)
