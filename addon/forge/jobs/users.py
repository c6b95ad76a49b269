"""The users that jobs' programs run as, where the Forge is root: one of their own each.

What a build runs comes from elsewhere. As a user of its own it can neither read nor change what
is the Forge's or another job's, and all that it leaves running is found by that user.

Who has a user is known by an abstract socket (unix(7)): the kernel lets go of it at the
holder's death, and it is one for all Forges that see each other's processes.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
import ctypes
import os
from pathlib import Path
import pwd
import resource
import shutil
import signal
import socket
import time
from typing import Final, Self

from forge.errors import JobError, Precondition
from forge.jobs import proc
from forge.settings import Settings

#: So many jobs may run programs at once on one host.
COUNT: Final = 64
_SOCKET: Final = "\0atelier-forge-user-{}"
#: Enough for `make -j` on a large host, too few to fill its table of processes.
_MOST_PROCESSES: Final = 4096
#: As long as a process may take to end that was killed.
_KILL_FOR_S: Final = 10.0
_LOOK_AGAIN_S: Final = 0.005
#: There are fewer capabilities than this, in every kernel so far.
_MOST_CAPABILITIES: Final = 64
_PR_CAPBSET_DROP: Final = 24
_LIBC: Final = ctypes.CDLL(None, use_errno=True)


class User:
    """A user that nobody else uses meanwhile; its group has the same number."""

    def __init__(self, number: int, held: socket.socket) -> None:
        """Hold it until `free`."""
        self.number = number
        self._held = held

    @classmethod
    def take(cls, settings: Settings) -> Self | None:
        """Return a user for a job; None where the Forge is no root and so has none to give.

        Raise JobError where all of them are taken.
        """
        if os.geteuid() != 0 or settings.build_user == 0:
            return None
        for number in _numbers(settings):
            if (held := _hold(number)) is not None:
                user = cls(number, held)
                user.end()
                _forget(settings.data_dir / "work", number)
                # What groups may read is not its either.
                os.setgroups([])
                return user
        raise JobError(
            f"All {COUNT} users from {settings.build_user} on run other jobs: try again later, or"
            " set another build_user",
            about="user",
        )

    def give(self, *folders: Path) -> None:
        """Make folders its own, and closed to everybody else."""
        for folder in folders:
            folder.mkdir(mode=0o700, exist_ok=True)
            folder.chmod(0o700)
            os.chown(folder, self.number, self.number)

    def check_reaches(self, folder: Path) -> None:
        """Raise Precondition where it cannot get to a folder that was given to it."""
        try:
            with self.acting():
                folder.stat()
        except PermissionError:
            closed = next(
                (parent for parent in reversed(folder.parents) if not parent.stat().st_mode & 1),
                folder,
            )
            raise Precondition(
                f"Programs of jobs run as users of their own, and these cannot pass through"
                f" {closed}: allow others to (chmod o+x), or move data_dir",
                about="data_dir_closed",
                folder=str(closed),
            ) from None

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Touch files with no more rights than it has: links that it left lead nowhere new.

        Only this thread does (setfsuid(2)).
        """
        with proc.dying_with_parent():
            _LIBC.setfsgid(self.number)
            _LIBC.setfsuid(self.number)
            try:
                yield
            finally:
                _LIBC.setfsuid(0)
                _LIBC.setfsgid(0)

    def become(self) -> None:
        """Be this user for good, without any right; call it in a process about to run a program."""
        resource.setrlimit(resource.RLIMIT_NPROC, (_MOST_PROCESSES, _MOST_PROCESSES))
        for capability in range(_MOST_CAPABILITIES):
            # Where that is not allowed, no program of this user could gain any, either.
            _LIBC.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
        os.setgroups([])
        os.setresgid(self.number, self.number, self.number)
        os.setresuid(self.number, self.number, self.number)

    def end(self) -> None:
        """End everything that runs as this user, also what forks faster than we look."""
        patience = time.monotonic() + _KILL_FOR_S
        while proc.of_user(self.number) and time.monotonic() < patience:
            pid = os.fork()
            if pid == 0:
                with suppress(OSError):
                    os.setresgid(self.number, self.number, self.number)
                    os.setresuid(self.number, self.number, self.number)
                    os.kill(-1, signal.SIGKILL)
                os._exit(0)
            os.waitpid(pid, 0)
            time.sleep(_LOOK_AGAIN_S)

    def free(self) -> None:
        """Let others have it; nothing of it runs any more."""
        self.end()
        self._held.close()


def end_left(settings: Settings, job_id: str) -> None:
    """End what a job left running that nobody runs any more."""
    proc.end_all(job_id, 0)
    try:
        number = (settings.data_dir / "work" / job_id).stat().st_uid
    except FileNotFoundError:
        return
    if os.geteuid() != 0 or number not in _numbers(settings):
        return
    # Where somebody has this user by now, all that was left was ended before.
    if (held := _hold(number)) is not None:
        User(number, held).free()


def _numbers(settings: Settings) -> range:
    """Return the users that jobs may have. Raise Precondition where they are somebody's."""
    first = settings.build_user
    if first == 0:
        return range(0)
    with suppress(KeyError):
        somebody = pwd.getpwuid(first)
        if not somebody.pw_shell.endswith(("/nologin", "/false")):
            raise Precondition(
                f"build_user {first} is {somebody.pw_name}: set a number from which on {COUNT} are"
                " nobody's",
                about="build_user",
            )
    return range(first, first + COUNT)


def _hold(number: int) -> socket.socket | None:
    held = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        held.bind(_SOCKET.format(number))
    except OSError:
        held.close()
        return None
    return held


def _forget(work: Path, number: int) -> None:
    """Delete what jobs left that had this user before."""
    with suppress(FileNotFoundError):
        for folder in work.iterdir():
            if folder.lstat().st_uid == number:
                shutil.rmtree(folder, ignore_errors=True)
