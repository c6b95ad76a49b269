"""What workers on other hosts send: log lines and files of the jobs they run."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Final

from aiohttp import web
from pydantic import BaseModel, Field

from forge.api.asked import too_large
from forge.api.jobs import FilePath, JobPath
from forge.api.routes import Asked, Call, Routes
from forge.api.transfers import OCTETS, received, sent_tree
from forge.errors import Conflict, Forbidden, Invalid, NotFound, Precondition
from forge.jobs.facts import Job
from forge.jobs.files import Kept
from forge.jobs.states import ACTIVE
from forge.openwrt import keys
from forge.openwrt.builders.disk import Shelf
from forge.openwrt.builds import keys as own_keys
from forge.openwrt.entries import Entry
from forge.openwrt.inputs import Here, coded, plain

ROUTES: Final = Routes("workers")
_STAGING: Final = (Invalid, NotFound, Precondition)
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Base64 = Annotated[
    str,
    Field(
        max_length=100_000,
        pattern=r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
    ),
]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._+-]{0,199}$")]


class AppendQuery(Asked):
    """Where lines belong."""

    offset: int = Field(
        ge=-1, le=2**53, description="where the log ends, by the sender; -1 only asks where"
    )


class HashQuery(Asked):
    """What a file must be."""

    sha256: Sha256


class InputsQuery(Asked):
    """What is asked besides the keys whose signatures count."""

    builder: Sha256 | None = Field(None, description="the archive whose own keys are wanted")
    key: Annotated[str, Field(max_length=80)] | None = Field(
        None, description="the key of a build, to find one that has the same images"
    )


class JobInputs(BaseModel):
    """What a build needs; keys by their files' names, in base64."""

    trusted: dict[str, str] = Field(description="public keys whose signatures count")
    builder_keys: dict[str, str] = Field(description="the Image Builder's own, if it made them")
    hit: str | None = Field(description="the build with that key whose files are all there")


class KeyFile(Asked):
    """One key."""

    name: FileName
    body: Base64


class BuilderKeysBody(Asked):
    """The keys that an Image Builder made."""

    builder: Sha256
    keys: Annotated[list[KeyFile], Field(min_length=1, max_length=100)]


class ShareBody(Asked):
    """Which files."""

    names: Annotated[list[FileName], Field(min_length=1, max_length=1000)]


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


@ROUTES.route(
    "GET", "/jobs/{job_id}/overlay", media=OCTETS, errors=(Conflict, Forbidden, *_STAGING)
)
async def download_job_overlay(call: Call, path: JobPath) -> web.StreamResponse:
    """Download what a running build lays over its image, as a tar file."""
    entries = await asyncio.to_thread(_overlay, call, path.job_id)
    return await sent_tree(call, entries, f"{path.job_id}.tar")


def _overlay(call: Call, job_id: str) -> Sequence[Entry]:
    params = _of_worker(call, job_id).params
    if (version_id := params.get("version_id")) is None:
        return ()
    return call.forge.uploads.laid(call.forge.profiles.at(version_id))


@ROUTES.route("GET", "/jobs/{job_id}/inputs", errors=(Conflict, Forbidden))
def show_job_inputs(call: Call, path: JobPath, query: InputsQuery) -> JobInputs:
    """Tell a running build of a worker elsewhere what it needs of the Forge's own disk."""
    _of_worker(call, path.job_id)
    forge = call.forge
    builder = Shelf(forge.settings).keys(query.builder) if query.builder else None
    return JobInputs(
        trusted=coded(own_keys.read(keys.folder(forge.settings))),
        builder_keys=coded(own_keys.read(builder)) if builder else {},
        hit=_here(call, path.job_id).hit(query.key) if query.key else None,
    )


@ROUTES.route("PUT", "/jobs/{job_id}/builder-keys", errors=(Conflict, Forbidden))
def keep_builder_keys(call: Call, path: JobPath, body: BuilderKeysBody) -> None:
    """Keep the keys that an Image Builder made at its first use; the first ones stay."""
    _of_worker(call, path.job_id)
    _here(call, path.job_id).keep_keys(
        body.builder, plain({one.name: one.body for one in body.keys})
    )


@ROUTES.route("POST", "/jobs/{job_id}/share", errors=(Conflict, Forbidden, Precondition))
def share_job_files(call: Call, path: JobPath, body: ShareBody) -> None:
    """Copy files that a running build keeps to where its profile wants them, too."""
    params = _of_worker(call, path.job_id).params
    if (version_id := params.get("version_id")) is None:
        raise Precondition("The job is of no profile", about="share")
    if (folder := call.forge.profiles.at(version_id).profile.bin_dir) is None:
        raise Precondition("The job's profile names no bin_dir", about="share")
    _here(call, path.job_id).share(folder, body.names)


def _here(call: Call, job_id: str) -> Here:
    return Here(call.forge.store, call.forge.settings, job_id)


def _of_worker(call: Call, job_id: str) -> Job:
    """Return a running job. Raise Forbidden for people: private keys are for workers."""
    if call.by:
        raise Forbidden("Only workers may ask this, with the token", about="worker")
    return _must_run(call, job_id)


def _must_run(call: Call, job_id: str) -> Job:
    """Raise Conflict for a job that nobody runs."""
    job = call.forge.jobs.show(job_id)
    if job.state not in ACTIVE:
        raise Conflict(f"The job is {job.state}: nobody runs it", about="claim", job=job_id)
    return job
