"""A job that runs: its process, how long it may, and how it is ended."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
import os
import signal
import time
from typing import Final

from forge.errors import JobError, Unavailable
from forge.jobs.claim import Claim
from forge.jobs.kinds import Kind
from forge.jobs.queue import Queue
from forge.jobs.states import State

#: A job whose process died so often is not begun again: it is what kills it.
MOST_ATTEMPTS: Final = 3
#: One who has lost a job is given so long to see it, or to end as it was about to.
LOST_S: Final = 2.0


class Why(StrEnum):
    """Why a running job is ended from outside."""

    CANCELLED = "cancelled"  # somebody asked for it
    STOPPING = "stopping"  # the worker stops
    OVERDUE = "overdue"  # it takes too long
    LOST = "lost"  # somebody else has it


@dataclass(slots=True)
class Running:
    """One runner's process."""

    pid: int
    claim: Claim
    kind: Kind
    #: When it is overdue, by the clock that never jumps.
    overdue_at: float
    grace_s: float
    why: Why | None = None
    _kill_at: float = field(default=float("inf"))
    _code: int | None = None

    def end(self, why: Why) -> None:
        """Ask it to end; after the grace it is not asked any more."""
        if self.why is None:
            self.why = why
            # The runner itself needs the grace to end what it started.
            self._kill_at = time.monotonic() + 2 * self.grace_s
            self._signal(signal.SIGTERM)
        if why is Why.LOST:
            self._kill_at = min(self._kill_at, time.monotonic() + LOST_S)

    def watch(self) -> None:
        """End it when it is overdue, and in any case when it does not end."""
        moment = time.monotonic()
        if moment >= self.overdue_at:
            self.end(Why.OVERDUE)
        if moment >= self._kill_at:
            self._signal(signal.SIGKILL)

    def ended(self) -> int | None:
        """Return how its process ended: a code, a negative signal; None while it lives."""
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._code = os.waitstatus_to_exitcode(status) if pid else None
        return self._code

    def _signal(self, number: int) -> None:
        # It is our child and not waited for yet: the number is still its own.
        os.kill(self.pid, number)


@dataclass(frozen=True, slots=True)
class Settler:
    """Decides what becomes of jobs that nobody runs any more."""

    queue: Queue
    #: Writes a line to a job's log.
    say: Callable[[str, str], None]
    #: Ends what a killed process started, and may still work on this host.
    end_left: Callable[[str], None]

    def settle(self, claim: Claim, *, resumable: bool, why: Why | None, how: str) -> State:
        """Decide what becomes of a job. Raise LostClaim.

        It is said in the log before it is written: who reads on to the end reads this too.
        """
        cancelled = claim.cancel_requested()
        self.end_left(claim.job_id)
        if why is Why.CANCELLED or cancelled:
            self.say(claim.job_id, "✗ cancelled")
            claim.finish(State.CANCELLED)
            return State.CANCELLED
        if why is Why.OVERDUE:
            error = JobError("The job took too long and was ended", about="timeout")
        elif resumable and (why is Why.STOPPING or claim.attempt < MOST_ATTEMPTS):
            self.say(claim.job_id, f"» {how}; queued again")
            slot, priority = claim.give_back()
            with suppress(Unavailable):  # whoever sweeps sends what no queue holds
                self.queue.put(slot, claim.job_id, priority)
            return State.QUEUED
        else:
            error = JobError(
                f"The job was interrupted: {how}; start it again",
                about="interrupted",
                attempt=claim.attempt,
            )
        self.say(claim.job_id, f"✗ {error.code}: {error.message}")
        claim.finish(State.FAILED, error=error)
        return State.FAILED


def how(code: int) -> str:
    """Say how a process ended."""
    if code < 0:
        return f"its process was ended by {signal.Signals(-code).name}"
    return "its process ended" if code else "its process ended without a word"
