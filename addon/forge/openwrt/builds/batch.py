"""Many profiles at once: one result each, in the order in which they were asked for."""

from collections.abc import Iterator
from enum import StrEnum
import time
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field
import sqlalchemy as sa

from forge.errors import Cancelled, Conflict, ForgeError
from forge.jobs.context import Context
from forge.jobs.desk import Jobs
from forge.jobs.facts import Job
from forge.jobs.kinds import job
from forge.jobs.queue import Queue
from forge.jobs.rows import JobRow
from forge.jobs.states import Slot, State
from forge.openwrt.builds.builds import Builds
from forge.openwrt.profiles.profiles import Profiles
from forge.openwrt.profiles.schema import ProfileId
from forge.openwrt.uploads.uploads import Uploads

_LOOK_EVERY_S: Final = 0.2
_DAY_S: Final = 86_400


class BatchMode(StrEnum):
    """What a failure does to the others."""

    FAIL_FAST = "fail-fast"
    BEST_EFFORT = "best-effort"


class BatchParams(BaseModel):
    """Which profiles to build, and how."""

    model_config = ConfigDict(extra="forbid")

    profile_ids: Annotated[list[ProfileId], Field(min_length=1, max_length=1000)]
    mode: BatchMode = BatchMode.BEST_EFFORT
    rebuild: bool | None = None


class BatchResult(BaseModel):
    """What became of one profile."""

    profile_id: str
    build_id: str | None = None
    success: bool
    hit: bool = False
    error: dict[str, Any] | None = None


@job("build.batch", slot=Slot.LIGHT, resumable=True, timeout_s=_DAY_S)
def batch(ctx: Context, params: BatchParams) -> dict[str, Any]:
    """Build many profiles, each as a job of its own."""
    return _Batch(ctx, params).run()


class _Batch:
    """One attempt at one batch; an earlier one's builds are found again by their names."""

    def __init__(self, ctx: Context, params: BatchParams) -> None:
        self._ctx = ctx
        self._params = params
        self._jobs = Jobs(ctx.store, Queue(ctx.store, ctx.settings.data_dir), ctx.settings)
        self._builds = Builds(
            ctx.store,
            self._jobs,
            ctx.settings,
            Profiles(ctx.store),
            Uploads(ctx.store, ctx.settings),
        )

    def run(self) -> dict[str, Any]:
        ctx = self._ctx
        ids = list(dict.fromkeys(self._params.profile_ids))
        ctx.state(State.BUILDING, f"{len(ids)} profiles")
        try:
            results = list(self._results(ids))
        except Cancelled:
            self._cancel()
            raise
        told = [result.model_dump() for result in results]
        succeeded = sum(result.success for result in results)
        return {
            "total": len(ids),
            "succeeded": succeeded,
            "failed": len(results) - succeeded,
            "hits": sum(result.hit for result in results),
            "mode": self._params.mode,
            "stopped_early": len(results) < len(ids),
            "results": told,
        }

    def _results(self, ids: list[str]) -> Iterator[BatchResult]:
        """Start all at once, or one after another where the first failure ends it."""
        if self._params.mode is BatchMode.BEST_EFFORT:
            started = [self._start(profile_id) for profile_id in ids]
            for done, result in enumerate(started):
                yield self._finished(result, done, len(ids))
            return
        for done, profile_id in enumerate(ids):
            result = self._finished(self._start(profile_id), done, len(ids))
            yield result
            if not result.success:
                return

    def _start(self, profile_id: str) -> BatchResult:
        self._ctx.checkpoint()
        try:
            started = self._builds.start(
                profile_id,
                rebuild=self._params.rebuild,
                by=f"batch {self._ctx.job_id}",
                key=f"{self._prefix}{profile_id}"[:200],
            )
        except ForgeError as error:
            return BatchResult(profile_id=profile_id, success=False, error=error.as_dict())
        return BatchResult(
            profile_id=profile_id, build_id=started.job_id, success=started.hit, hit=started.hit
        )

    def _finished(self, result: BatchResult, done: int, total: int) -> BatchResult:
        """Wait for a build, and say in the log what became of it."""
        if result.build_id is not None and not result.hit:
            found = self._wait(result.build_id)
            result.success = found.state is State.DONE
            result.hit = bool(found.result and found.result.get("hit"))
            if found.error is not None:
                result.error = found.error.model_dump()
            elif not result.success:
                result.error = Cancelled("The build was cancelled", about="job").as_dict()
        told = "done" if result.success else (result.error or {}).get("code")
        self._ctx.log(f"{result.profile_id}: {told}{' (built before)' if result.hit else ''}")
        self._ctx.progress(100 * (done + 1) / total)
        return result

    def _wait(self, build_id: str) -> Job:
        while not (found := self._jobs.show(build_id)).finished:
            self._ctx.checkpoint()
            time.sleep(_LOOK_EVERY_S)
        return found

    @property
    def _prefix(self) -> str:
        return f"batch:{self._ctx.job_id}:"

    def _cancel(self) -> None:
        """End the batch's own builds, where somebody ended the batch."""
        with self._ctx.store.read() as session:
            row = session.get(JobRow, self._ctx.job_id)
            if row is None or not row.cancel_requested:
                return  # only this host stops: the batch goes on later
            own = session.scalars(
                sa.select(JobRow.id).where(
                    JobRow.idempotency_key.startswith(self._prefix, autoescape=True)
                )
            ).all()
        for build_id in own:
            try:
                self._jobs.cancel(build_id)
            except Conflict:
                continue  # it has finished
