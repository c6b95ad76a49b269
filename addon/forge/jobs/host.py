"""A worker: takes jobs from the queue and runs each in a process of its own.

It has one thread, so that it may fork at any time, and waits for signals instead of polling.
"""

from collections import Counter
from contextlib import suppress
from functools import partial
import gc
import logging
import os
import signal
import time
from typing import Final

from sqlalchemy.orm import configure_mappers

from forge.app import Forge
from forge.errors import ForgeError, NotFound
from forge.jobs import claim as claims, memory, proc, recovery, runner, tidy
from forge.jobs.ages import DAY_S
from forge.jobs.claim import Claim, LostClaim
from forge.jobs.companion import Companion
from forge.jobs.kinds import kind_of
from forge.jobs.outlets import outlets
from forge.jobs.running import Running, Settler, Why, how
from forge.jobs.states import Slot, State
from forge.jobs.users import end_left
from forge.jobs.workers import HOST, Worker

_LOGGER: Final = logging.getLogger(__name__)

_TICK_S: Final = 0.1
_WATCH_EVERY_S: Final = 0.3
_SWEEP_EVERY_S: Final = 5.0
_TIDY_EVERY_S: Final = float(DAY_S)
_TIDY_AGAIN_S: Final = 60.0
#: How long it waits when the database is away.
_AWAY_S: Final = 1.0
_SIGNALS: Final = (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT)
#: Jobs that need this host, at once.
_HERE: Final = 2


class Host:
    """One worker process; with a companion it is the Forge itself."""

    def __init__(self, forge: Forge, companion: Companion | None = None) -> None:
        """Prepare to work; nothing is taken yet. The companion is the API."""
        settings = forge.settings
        self.forge = forge
        self.stopping = False
        self._companion = companion
        self._slots = {
            Slot.BUILD: settings.build_jobs,
            Slot.LIGHT: settings.light_jobs,
            Slot.HERE: _HERE if companion is not None else 0,
        }
        self._worker = Worker(forge.store, settings)
        self._settler = Settler(forge.queue, self._say, partial(end_left, settings))
        self._running: dict[int, Running] = {}
        self._due: dict[str, float] = {}
        self._announced = False
        self._give_up = float("inf")

    def run(self) -> None:
        """Work until a signal says stop; then see what runs to its end."""
        proc.adopt_orphans()
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        self._warm_up()
        while not self._done():
            try:
                self._work()
            except ForgeError as error:
                _LOGGER.warning("The worker waits: %s", error)
                self._wait(_AWAY_S)
            else:
                self._wait(_TICK_S)
        if self._companion is not None:
            self._companion.stop(self.forge.settings.stop_grace_s)
        try:
            self._worker.leave()
        except ForgeError as error:
            _LOGGER.warning("The worker could not say goodbye: %s", error)

    def _warm_up(self) -> None:
        """Do once what is done again and again, before anything is forked.

        What libraries prepare at their first use then lies in memory that all processes share.
        """
        configure_mappers()
        try:
            if self._companion is None:
                # The Forge's own job for it sees the Forge's host only.
                for job_id in tidy.clear(self.forge.store, self.forge.settings):
                    _LOGGER.info("Deleted what job %s left in the middle of its work", job_id)
            self._look_after()
        except ForgeError as error:
            _LOGGER.warning("The worker waits: %s", error)
        gc.collect()
        memory.give_back()
        gc.freeze()

    def _done(self) -> bool:
        """Tell whether there is nothing left to wait for, or no sense in waiting longer."""
        return self.stopping and (not self._running or time.monotonic() > self._give_up)

    def stop(self) -> None:
        """Take no more jobs, and end those that run."""
        self.stopping = True
        # Without its database it cannot write what became of them: the next one will.
        self._give_up = time.monotonic() + 3 * self.forge.settings.stop_grace_s
        for running in self._running.values():
            running.end(Why.STOPPING)

    def _work(self) -> None:
        """Do what is due."""
        if self._companion is not None:
            self._companion.watch()
        self._reap()
        self._look_after()
        if not self.stopping:
            self._fill()

    def _look_after(self) -> None:
        """Say that this worker lives, and see what others have left."""
        self._live()
        if self._is_due("sweep", _SWEEP_EVERY_S):
            proc.reap({*self._running, *self._children()})
            mine = {running.claim.job_id for running in self._running.values()}
            recovery.recover(self.forge.store, self._worker, mine, self._settler)
            recovery.resend(self.forge.store, self.forge.queue)
        # One a Forge; workers elsewhere have nothing to forget.
        if self._companion is not None and self._is_due("tidy", _TIDY_EVERY_S):
            self._tidy()

    def _tidy(self) -> None:
        """Have what is old forgotten; where that cannot be asked for now, try again soon."""
        try:
            if tidy.is_due(self.forge.store, self.forge.settings):
                self.forge.jobs.submit("forge.tidy", {})
        except ForgeError as error:
            _LOGGER.warning("Nothing is forgotten now: %s", error)
            self._due["tidy"] = time.monotonic() + _TIDY_AGAIN_S

    def _live(self) -> None:
        """Tell the others that this worker lives, and watch what it runs."""
        for running in self._running.values():
            running.watch()
        if not self._announced:
            self._worker.announce()
            self._announced = True
        try:
            if self._is_due("beat", self.forge.settings.lease_s / 4):
                self._worker.beat()
            if self._running and self._is_due("watch", _WATCH_EVERY_S):
                self._watch()
        except ForgeError:
            self._due.pop("beat", None)
            if self._worker.silent and not self.forge.store.is_file:
                # Others take over by now: two must not build the same.
                for running in self._running.values():
                    running.end(Why.LOST)
            raise

    def _wait(self, seconds: float) -> None:
        """Wait for a signal or the time."""
        caught = signal.sigtimedwait(_SIGNALS, seconds)
        if caught is not None and caught.si_signo != signal.SIGCHLD:
            self.stop()

    def _fill(self) -> None:
        """Start jobs as long as there are some, and slots free for them."""
        used = Counter(running.kind.slot for running in self._running.values())
        for slot, most in self._slots.items():
            while used[slot] < most and (job_id := self.forge.queue.take(slot)) is not None:
                claim = claims.take(self.forge.store, job_id, worker_id=self._worker.id, host=HOST)
                if claim is not None and self._start(claim):
                    used[slot] += 1

    def _start(self, claim: Claim) -> bool:
        """Fork a runner for a job."""
        try:
            kind = kind_of(claim.kind)
        except NotFound as unknown:
            claim.finish(State.FAILED, error=unknown)
            return False
        # A child must find no connection of its parent's.
        self.forge.close()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            os._exit(self._child(claim, parent))
        settings = self.forge.settings
        limit_s = kind.timeout_s or settings.job_timeout_s
        self._running[pid] = Running(
            pid, claim, kind, time.monotonic() + limit_s, settings.stop_grace_s
        )
        return True

    def _child(self, claim: Claim, parent: int) -> int:
        """Be the runner; whatever happens, nothing of the parent's code runs on."""
        try:
            proc.die_with_parent()
            proc.adopt_orphans()
            os.setsid()
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            if os.getppid() != parent:
                return 1
            sink, files = outlets(self.forge.settings, claim.job_id)
            return runner.run(claim, settings=self.forge.settings, sink=sink, files=files)
        except BaseException:
            _LOGGER.exception("Job %s", claim.job_id)
            return 1

    def _watch(self) -> None:
        """See which jobs are to be cancelled, and which are not ours any more."""
        for running in self._running.values():
            if running.why is not None:
                continue
            try:
                if running.claim.cancel_requested():
                    running.end(Why.CANCELLED)
            except LostClaim:
                # Or it has just finished, and ends by itself.
                running.end(Why.LOST)

    def _reap(self) -> None:
        """Settle the jobs whose processes have ended, and take leave of orphans."""
        for pid, running in list(self._running.items()):
            code = running.ended()
            if code is None:
                continue
            if code != runner.WRITTEN:
                self._settle(running, code)
            del self._running[pid]

    def _settle(self, running: Running, code: int) -> None:
        """Settle a job whose process ended without having written how."""
        with suppress(LostClaim):
            self._settler.settle(
                running.claim,
                resumable=running.kind.resumable,
                why=running.why,
                how=how(code),
            )

    def _say(self, job_id: str, line: str) -> None:
        """Write a line to a job's log; the job goes on where that fails."""
        try:
            sink, _files = outlets(self.forge.settings, job_id)
            sink.write(f"{line}\n".encode())
            sink.close()
        except (ForgeError, OSError) as error:
            _LOGGER.warning("Job %s: %s (not in its log: %s)", job_id, line, error)

    def _children(self) -> set[int]:
        """Return the children that are no job."""
        pid = self._companion.pid if self._companion is not None else None
        return set() if pid is None else {pid}

    def _is_due(self, what: str, every_s: float) -> bool:
        moment = time.monotonic()
        if moment < self._due.get(what, 0):
            return False
        self._due[what] = moment + every_s
        return True
