"""A child process that a worker keeps alive beside the jobs: the API."""

from collections.abc import Callable
import logging
import os
import signal
import time
from typing import Final

from forge.jobs import proc

_LOGGER: Final = logging.getLogger(__name__)
_AGAIN_AFTER_S: Final = 1.0
#: It failed to start so often in a row that trying on would hide the reason.
_MOST_FAILURES: Final = 5
_LASTED_S: Final = 10.0


class Companion:
    """One child process: started, started again when it dies, stopped."""

    def __init__(self, target: Callable[[], None], before: Callable[[], None]) -> None:
        """Prepare to run a function in a process; `before` closes what it may not share."""
        self._target = target
        self._before = before
        self._started = float("-inf")
        self._failures = 0
        self.pid: int | None = None

    def watch(self) -> None:
        """Start it, where it does not run. Raise RuntimeError where it never lasts."""
        if self._ended():
            lasted = time.monotonic() - self._started
            self._failures = 0 if lasted > _LASTED_S else self._failures + 1
            if self._failures >= _MOST_FAILURES:
                raise RuntimeError("the API does not start")
            _LOGGER.error("The API's process ended; it is started again")
        if self.pid is None and time.monotonic() - self._started >= _AGAIN_AFTER_S:
            self._start()

    def stop(self, grace_s: float) -> None:
        """Stop it: kindly, and after the grace in any case."""
        if self.pid is None:
            return
        os.kill(self.pid, signal.SIGTERM)
        patience = time.monotonic() + grace_s
        while not self._ended():
            if time.monotonic() > patience:
                os.kill(self.pid, signal.SIGKILL)
            time.sleep(0.02)

    def _start(self) -> None:
        self._before()
        parent = os.getpid()
        self._started = time.monotonic()
        self.pid = os.fork()
        if self.pid:
            return
        code = 1
        try:
            proc.die_with_parent()
            os.setsid()
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            if os.getppid() == parent:
                self._target()
                code = 0
        except BaseException:
            _LOGGER.exception("The API failed")
        finally:
            logging.shutdown()
            os._exit(code)

    def _ended(self) -> bool:
        """Tell whether it ran and has ended."""
        if self.pid is None or not os.waitpid(self.pid, os.WNOHANG)[0]:
            return False
        self.pid = None
        return True
