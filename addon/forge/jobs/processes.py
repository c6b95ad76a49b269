"""One program, run for a job: output to the log, limits watched, everything ended with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
import os
from pathlib import Path
import resource
import selectors
import shutil
import subprocess
import threading
import time
from typing import IO, Final

from forge.errors import Cancelled, JobError
from forge.jobs import proc
from forge.jobs.limits import MIB, Limits
from forge.jobs.lines import Lines
from forge.jobs.users import User

_READ: Final = 65_536
_TICK_S: Final = 0.2
#: Looking at every process is dearer than looking at the clock.
_WATCH_EVERY_S: Final = 0.5
#: How long output is awaited from children that outlive their parent.
_AFTER_S: Final = 1.0
#: The kernel ends these first when memory runs out.
_OOM_SCORE: Final = "500"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended."""

    #: Its exit code; negative: the signal that ended it.
    code: int
    seconds: float
    #: The most memory that was seen in use, in bytes.
    memory: int


class Supervised:
    """A program and everything it starts."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        limits: Limits,
        job_id: str,
        user: User | None = None,
    ) -> None:
        """Prepare; nothing is started yet."""
        self._argv = list(argv)
        self._cwd = cwd
        self._env = {**env, proc.TAG: job_id}
        self._limits = limits
        self._job_id = job_id
        self._user = user
        self._memory = 0
        self._watched = 0.0

    def run(self, write: Callable[[bytes], None], ending: threading.Event, grace_s: float) -> Ended:
        """Run it to its end. Raise Cancelled or JobError; nothing of it is left then either."""
        self._check_disk()
        began = time.monotonic()
        process = self._start()
        try:
            self._follow(process, write, ending, began)
        except BaseException:
            self._end_all(grace_s)
            process.wait()
            raise
        finally:
            if process.stdout is not None:
                process.stdout.close()
        # Whatever it left behind would work on in a place that is somebody else's next.
        self._end_all(grace_s)
        return Ended(process.returncode, time.monotonic() - began, self._memory)

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(  # noqa: S603 - a list of arguments that the kind checked; no shell
                self._argv,
                cwd=self._cwd,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                bufsize=0,
                start_new_session=True,
                preexec_fn=self._prepare,  # noqa: PLW1509 - unsafe beside other threads; a runner forks from its only one
            )
        except (OSError, ValueError) as error:
            raise JobError(f"{self._argv[0]} cannot be started: {error}", about="program") from None

    def _prepare(self) -> None:
        """Run in the child before the program: no core dumps, first to go, no rights, end with us.

        The last comes last: the kernel forgets it when the user changes.
        """
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE, "ascii")
        if self._user is not None:
            self._user.become()
        proc.gain_nothing()
        proc.die_with_parent()

    def _members(self) -> set[int]:
        """Return what runs of it."""
        if self._user is not None:
            return proc.of_user(self._user.number)
        return proc.members(self._job_id)

    def _end_all(self, grace_s: float) -> None:
        """End all that runs of it."""
        proc.end_each(self._members, grace_s)
        if self._user is not None:
            self._user.end()

    def _follow(
        self,
        process: subprocess.Popen[bytes],
        write: Callable[[bytes], None],
        ending: threading.Event,
        began: float,
    ) -> None:
        """Read until it ended and its output too, or a limit is reached."""
        output: IO[bytes] = process.stdout  # type: ignore[assignment]  # it is a pipe, as asked
        lines = Lines(write)
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            ended_at: float | None = None
            try:
                while True:
                    if not selector.select(_TICK_S):
                        write(b"")  # what was written before may wait to be sent
                    else:
                        data = os.read(output.fileno(), _READ)
                        if not data:
                            break
                        lines.feed(data)
                    self._watch(ending, began)
                    if process.poll() is not None:
                        ended_at = ended_at or time.monotonic()
                        if time.monotonic() - ended_at > _AFTER_S:
                            break
                while process.poll() is None:
                    self._watch(ending, began)
                    time.sleep(0.01)
            finally:
                lines.close()

    def _watch(self, ending: threading.Event, began: float) -> None:
        """Raise when it is to end, or goes beyond its limits."""
        if ending.is_set():
            raise Cancelled("The job was ended", about="job")
        moment = time.monotonic()
        limits = self._limits
        if limits.time_s is not None and moment - began > limits.time_s:
            raise JobError(
                f"{self._argv[0]} took longer than {limits.time_s:g} s and was ended",
                about="timeout",
                limit_s=limits.time_s,
            )
        if moment - self._watched < _WATCH_EVERY_S:
            return
        self._watched = moment
        used = proc.memory(self._members())
        self._memory = max(self._memory, used)
        if limits.memory is not None and used > limits.memory:
            raise JobError(
                f"{self._argv[0]} needed more than {limits.memory // MIB} MiB of memory"
                " and was ended: raise memory_limit_mb, or run fewer jobs at once",
                about="memory",
                limit=limits.memory,
                used=used,
            )
        self._check_disk()

    def _check_disk(self) -> None:
        """Raise where the disk is nearly full, or the job's folder has grown over its limit."""
        limits = self._limits
        folder = limits.folder or self._cwd
        if limits.disk_free is not None:
            check_free(folder, limits.disk_free)
        if limits.folder_size is not None and (size := _size(folder)) > limits.folder_size:
            raise JobError(
                f"{folder} grew over {limits.folder_size // MIB} MiB and the job was ended",
                about="disk",
                limit=limits.folder_size,
                used=size,
            )


def check_free(folder: Path, reserve: int) -> None:
    """Raise JobError (`job.disk`) where less than a reserve is free on a folder's disk."""
    free = shutil.disk_usage(folder).free
    if free < reserve:
        raise JobError(
            f"Only {free // MIB} MiB are free on the disk of {folder}, {reserve // MIB} MiB must"
            " stay free: delete old builds or lower disk_reserve_mb",
            about="disk",
            free=free,
            reserve=reserve,
        )


def clean() -> dict[str, str]:
    """Return a small environment without anything of ours: no settings, no secrets."""
    kept = ("PATH", "HOME", "TMPDIR", "TZ", "http_proxy", "https_proxy", "no_proxy")
    return {"LC_ALL": "C.UTF-8"} | {name: os.environ[name] for name in kept if name in os.environ}


def _size(folder: Path) -> int:
    """Return how many bytes a folder's files take on the disk."""
    total = 0
    for root, _folders, files in os.walk(folder, onerror=None):
        for name in files:
            try:
                total += os.lstat(os.path.join(root, name)).st_blocks * 512  # noqa: PTH118 - many files, often
            except OSError:
                continue  # gone since it was listed
    return total
