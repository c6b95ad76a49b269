"""What a running job is given: its log, its progress, its processes, its locks, its files."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
import os
from pathlib import Path
import threading
import time
from typing import Final

from forge.errors import Cancelled, JobError, Unavailable
from forge.jobs import locks
from forge.jobs.claim import Claim
from forge.jobs.files import Files, Kept, checked
from forge.jobs.limits import Limits
from forge.jobs.logs import LONGEST_LINE
from forge.jobs.processes import Ended, Supervised, clean
from forge.jobs.sinks import Sink
from forge.jobs.states import State
from forge.jobs.users import User
from forge.settings import Settings
from forge.store.engine import Store

#: Progress is told no more often than a person can see it.
_PROGRESS_EVERY_S: Final = 0.5
#: As the store holds it.
LONGEST_STEP: Final = 200
_LOCK_EVERY_S: Final = 0.3
_LOOK_EVERY_S: Final = 3.0


class Context:
    """One attempt at one job, as its kind's function sees it."""

    def __init__(
        self, claim: Claim, *, settings: Settings, sink: Sink, files: Files, limits: Limits
    ) -> None:
        """Tie the parts together; the worker does."""
        self._claim = claim
        self._sink = sink
        self._files = files
        self._limits = limits
        self._ending = threading.Event()
        self._told_at = 0.0
        self._looked_at = time.monotonic()
        self._told: tuple[State, str | None] | None = None
        self._user: User | None = None
        self.settings: Final[Settings] = settings
        self.store: Final[Store] = claim.store
        self.job_id: Final[str] = claim.job_id
        self.attempt: Final[int] = claim.attempt

    @property
    def folder(self) -> Path:
        """A folder of its own for what it makes on the way; deleted when it ends."""
        folder = self.settings.data_dir / "work" / self.job_id
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def user(self) -> User | None:
        """The user that its programs run as, and that its folder belongs to from then on.

        None where the Forge is no root. Raise Precondition where that user cannot get there.
        """
        if self._user is None and (user := User.take(self.settings)) is not None:
            self._user = user
            user.give(self.folder)
            user.check_reaches(self.folder)
        return self._user

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Touch what its programs made with their rights alone, whatever they left there.

        Raise JobError where that leads to what is not theirs.
        """
        user = self.user
        try:
            with nullcontext() if user is None else user.acting():
                yield
        except PermissionError as error:
            raise JobError(
                f"What the job's programs left leads elsewhere: {error.filename}", about="program"
            ) from None

    def close(self) -> None:
        """End what its programs left running; its user may be another job's then."""
        if self._user is not None:
            self._user.free()
            self._user = None

    @property
    def cancelled(self) -> bool:
        """Whether it is to end now, because somebody wants so or the Forge stops."""
        return self._ending.is_set()

    def checkpoint(self) -> None:
        """Call wherever it can end: raise Cancelled when it is to end now."""
        if self.cancelled:
            raise Cancelled("The job was ended", about="job")
        self.still_ours()

    def end(self) -> None:
        """Ask it to end at its next checkpoint; the worker does, also from a signal."""
        self._ending.set()

    def log(self, line: str) -> None:
        """Write a line of the log; one that is too long is cut, line ends become several lines."""
        for part in line.splitlines() or [""]:
            self._sink.write(part.encode("utf-8", "replace")[:LONGEST_LINE] + b"\n")

    def state(self, state: State, step: str | None = None) -> None:
        """Enter a state; it is written to the log too."""
        self.checkpoint()
        self._tell(state, step, None)
        self.log(f"» {state}" + (f": {step}" if step else ""))

    def progress(self, percent: float | None, step: str | None = None) -> None:
        """Tell how far it is: percent only where it is really known, None otherwise."""
        self.checkpoint()
        state, was = self._told or (State.PREPARING, None)
        self._sink.write(b"")
        step = step if step is not None else was
        if step != was or time.monotonic() - self._told_at >= _PROGRESS_EVERY_S:
            self._tell(state, step, percent)

    def run_process(
        self,
        argv: Sequence[str],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        on_output: Callable[[bytes], None] | None = None,
    ) -> Ended:
        """Run a program; its output goes to the log, line by line. Return how it ended.

        Never through a shell. Ends it and everything it started when the job is cancelled
        (raise Cancelled) or over a limit (raise JobError: job.timeout, job.memory, job.disk).
        It runs as a user of the job's own, if it can. Without `env` it gets a small, clean
        environment; its home is the job's folder. `on_output` sees the lines too.
        """
        self.checkpoint()
        home = self.folder / "home"
        with self.acting():
            home.mkdir(mode=0o700, exist_ok=True)
        supervised = Supervised(
            argv,
            cwd=cwd or self.folder,
            env={**(clean() if env is None else env), "HOME": str(home), "TMPDIR": str(home)},
            limits=(limits or Limits()).within(self._limits),
            job_id=self.job_id,
            user=self._user,
        )

        def write(lines: bytes) -> None:
            self.still_ours()
            self._sink.write(lines)
            if on_output is not None:
                on_output(lines)

        return supervised.run(write, self._ending, self.settings.stop_grace_s)

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold a lock, after waiting for it; no other job on any host holds it meanwhile."""
        waited = False
        while (holder := locks.try_lock(self._claim, name)) is not None:
            if not waited:
                self.progress(None, f"waiting for job {holder}, which works on {name}")
                waited = True
            self._ending.wait(_LOCK_EVERY_S)
            self.checkpoint()
        try:
            yield
        finally:
            locks.unlock(self._claim, name)

    def keep(self, path: Path, name: str | None = None) -> Kept:
        """Keep a file with the job, where the Forge can serve it, also from another host.

        The file is moved: what is at `path` afterwards is not to be relied on.
        """
        self.checkpoint()
        kept_as = checked(path.name if name is None else name)
        self.check_own(path)
        os.chown(path, os.geteuid(), os.getegid(), follow_symlinks=False)
        return self._files.keep(self.job_id, path, kept_as)

    def check_own(self, path: Path) -> None:
        """Raise JobError for what is no file of the job's own folder: a link to another's, say."""
        inside = path.resolve().is_relative_to(self.folder.resolve())
        if not inside or path.is_symlink() or not path.is_file():
            raise JobError(f"{path.name} is no file that the job made", about="program")

    def still_ours(self) -> None:
        """Raise LostClaim when somebody else has the job by now; look only now and then."""
        if time.monotonic() - self._looked_at >= _LOOK_EVERY_S:
            self._looked_at = time.monotonic()
            # A database that is away for a while ends no build.
            with suppress(Unavailable):
                self._claim.cancel_requested()

    def _tell(self, state: State, step: str | None, percent: float | None) -> None:
        event = "job.progress" if self._told and self._told[0] is state else None
        shown = "".join(filter(str.isprintable, step))[:LONGEST_STEP] if step else None
        with suppress(Unavailable):
            self._claim.change(event, state=state, step=shown, percent=percent)
        self._told = (state, step)
        self._told_at = time.monotonic()
