"""Where a running job's log lines go."""

from typing import Protocol

from forge.errors import is_full
from forge.jobs.logs import JobLog


class Sink(Protocol):
    """Takes lines, each with its end."""

    def write(self, lines: bytes) -> None:
        """Take lines; none at all is a good moment to send what waits."""

    def close(self) -> None:
        """See them written."""


class LocalSink:
    """Write to the log on this disk."""

    def __init__(self, log: JobLog) -> None:
        """Write to a log."""
        self._log = log

    def write(self, lines: bytes) -> None:
        """Write lines at once: they survive the death of this process."""
        try:
            if lines:
                self._log.append(lines)
        except OSError as error:
            # On a full disk a job's end is still to be written, and said.
            if not is_full(error):
                raise

    def close(self) -> None:
        """Let go of the file."""
        self._log.close()
