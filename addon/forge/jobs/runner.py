"""Runs one attempt at one job, in a process of its own."""

import logging
import shutil
import signal
import time
import traceback
from typing import Any, Final

import sqlalchemy as sa

from forge.errors import Cancelled, ForgeError, JobError, Unavailable, is_full
from forge.jobs import proc
from forge.jobs.claim import Claim, LostClaim
from forge.jobs.context import Context
from forge.jobs.files import Files
from forge.jobs.kinds import kind_of
from forge.jobs.limits import usual
from forge.jobs.processes import check_free
from forge.jobs.rows import JobRow
from forge.jobs.sinks import Sink
from forge.jobs.states import State
from forge.jobs.workers import HOST
from forge.settings import Settings

_LOGGER: Final = logging.getLogger(__name__)

#: The runner wrote how the job ended, or had nothing to write any more.
WRITTEN: Final = 0
#: The job was asked to end; whoever asked knows what becomes of it.
ENDED: Final = 3
#: The database was away for too long.
UNWRITTEN: Final = 4
FINISH_WITHIN_S: Final = 300.0


def run(claim: Claim, *, settings: Settings, sink: Sink, files: Files) -> int:
    """Run the job to its end; return how this process ends."""
    limits = usual(settings)
    ctx = Context(claim, settings=settings, sink=sink, files=files, limits=limits)
    signal.signal(signal.SIGTERM, lambda _number, _frame: ctx.end())
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    state, result, error = State.DONE, None, None
    try:
        kind = kind_of(claim.kind)
        with claim.store.read() as session:
            query = sa.select(JobRow.params).where(JobRow.id == claim.job_id)
            params = kind.read(session.scalars(query).one())
        ctx.log(f"» attempt {claim.attempt} of {claim.kind} on {HOST}")
        # What an attempt left that was killed is not this one's.
        shutil.rmtree(ctx.folder, ignore_errors=True)
        check_free(ctx.folder, limits.disk_free or 0)
        result = kind.run(ctx, params)
    except Cancelled:
        return ENDED
    except LostClaim as lost:
        _LOGGER.warning("%s: %s", claim.job_id, lost)
        return WRITTEN
    except ForgeError as failed:
        state, error = State.FAILED, failed
    except MemoryError:
        state, error = State.FAILED, JobError("There was not enough memory", about="memory")
    except Exception as bug:  # noqa: BLE001 - the job fails with what is known of it, and its worker lives on
        ctx.log(traceback.format_exc())
        state = State.FAILED
        error = _told(bug, settings)
    finally:
        proc.end_all(claim.job_id, settings.stop_grace_s)
        ctx.close()
        shutil.rmtree(settings.data_dir / "work" / claim.job_id, ignore_errors=True)
    if error is not None:
        ctx.log(f"✗ {error.code}: {error.message}")
    else:
        ctx.log("✓ done")
    sink.close()
    return _finish(claim, state, result, error)


def _told(bug: Exception, settings: Settings) -> ForgeError:
    """Return what is told of what nobody expected."""
    if is_full(bug):
        return JobError(
            f"The disk of {settings.data_dir} is full: delete old builds, then start it again",
            about="disk",
        )
    return ForgeError(f"A mistake in the Forge: {type(bug).__name__}; the log says more")


def _finish(
    claim: Claim, state: State, result: dict[str, Any] | None, error: ForgeError | None
) -> int:
    """Write how it ended, also after a while without a database; return how we end."""
    give_up = time.monotonic() + FINISH_WITHIN_S
    while True:
        try:
            claim.finish(state, result=result, error=error)
        except LostClaim as lost:
            _LOGGER.warning("%s: %s", claim.job_id, lost)
        except Unavailable as away:
            _LOGGER.warning("%s: %s", claim.job_id, away)
            if time.monotonic() > give_up:
                return UNWRITTEN
            time.sleep(1)
            continue
        return WRITTEN
