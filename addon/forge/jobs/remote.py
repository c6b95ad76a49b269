"""A worker on another host: its log lines and files go to the Forge over HTTP."""

from collections.abc import Callable, Mapping
import hashlib
import logging
from pathlib import Path
import shutil
import time
from typing import Any, Final

from forge.client.http import Client, Query, at
from forge.errors import ForgeError, Upstream
from forge.jobs.files import Kept, checked

_LOGGER: Final = logging.getLogger(__name__)
_TIMEOUT_S: Final = 30.0
_SEND_EVERY_S: Final = 0.5
_SEND_AT: Final = 65_536
#: Lines that are held while the Forge does not answer; a build must not end for its log.
_MOST_HELD: Final = 8 << 20
_PIECE: Final = 1 << 20
#: What may be over in a moment: the Forge is away or overloaded, or a line broke.
_PASSING: Final = ("unavailable", "upstream", "overloaded", "internal")
_BROKEN: Final = "conflict.checksum"
_PAUSES_S: Final = (0.5, 1, 2, 4, 8)


class Home:
    """The Forge that keeps what jobs need and make, as a worker elsewhere asks it."""

    def __init__(self, url: str, token: str) -> None:
        """Ask there, with the token."""
        self._client = Client(url, token, timeout_s=_TIMEOUT_S)

    def ask(
        self,
        method: str,
        *path: str,
        query: Query | None = None,
        body: Any = None,
        file: Path | bytes | None = None,
        patient: bool = True,
    ) -> dict[str, Any]:
        """Ask; a patient one asks again while the Forge is away. Raise ForgeError."""

        def once() -> dict[str, Any]:
            found = self._client.ask(method, at(*path), query or {}, body=body, file=file)
            if isinstance(found, str):  # a page, of whatever stands between
                raise Upstream(f"What answers at {self._client.url} is no Forge", about="forge")
            told: dict[str, Any] = found
            return told

        return _patiently(once) if patient else once()

    def fetch(self, *path: str, to: Path) -> Mapping[str, str]:
        """Save what is at an address; return the answer's headers. Raise as `ask`."""

        def once() -> Mapping[str, str]:
            with self._client.open(at(*path), {}) as answer, to.open("wb") as file:
                shutil.copyfileobj(answer, file, _PIECE)
                return dict(answer.headers)

        return _patiently(once)


def _patiently[T](once: Callable[[], T]) -> T:
    """Do it, again after pauses while the Forge is away."""
    for pause in _PAUSES_S:
        try:
            return once()
        except ForgeError as error:
            if error.code.partition(".")[0] not in _PASSING and error.code != _BROKEN:
                raise
            _LOGGER.warning("%s", error)
            time.sleep(pause)
    return once()


class RemoteSink:
    """Send lines to the Forge, some at a time, each piece once."""

    def __init__(self, home: Home, job_id: str) -> None:
        """Write the log of a job."""
        self._home = home
        self._path = ("jobs", job_id, "log")
        self._held = bytearray()
        self._offset: int | None = None
        self._sent_at = 0.0

    def write(self, lines: bytes) -> None:
        """Hold lines, and send them when there are enough or it is time."""
        if len(self._held) < _MOST_HELD:
            self._held += lines
        due = time.monotonic() - self._sent_at >= _SEND_EVERY_S
        if self._held and (due or len(self._held) >= _SEND_AT):
            self._sent_at = time.monotonic()
            try:
                self._send()
            except ForgeError as error:
                _LOGGER.warning("Log lines wait: %s", error)

    def close(self) -> None:
        """Send what is held; try again a few times."""
        for pause in _PAUSES_S:
            try:
                while self._held:
                    self._send()
            except ForgeError as error:
                _LOGGER.warning("Log lines wait: %s", error)
                time.sleep(pause)
            else:
                return

    def _send(self) -> None:
        """Send one piece, at the offset where the log is known to end."""
        piece = bytes(self._held[:_PIECE])
        if self._offset is None:
            self._offset = self._end(-1, b"")
        try:
            self._offset = self._end(self._offset, piece)
        except ForgeError as error:
            if error.code == "conflict.log":
                # Somebody else wrote a line: ask anew where the log ends.
                self._offset = None
            raise
        del self._held[: len(piece)]

    def _end(self, offset: int, piece: bytes) -> int:
        """Write a piece where the log ends; return where it ends then."""
        at_end = {"offset": offset}
        told = self._home.ask("POST", *self._path, query=at_end, file=piece, patient=False)
        return int(told["size"])


class RemoteFiles:
    """Send files to the Forge."""

    def __init__(self, home: Home) -> None:
        """Keep files there."""
        self._home = home

    def keep(self, job_id: str, path: Path, name: str) -> Kept:
        """Send a file; the Forge takes it only whole, by its hash. Raise ForgeError."""
        checked(name)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        answer = self._home.ask(
            "PUT", "jobs", job_id, "files", name, query={"sha256": digest}, file=path
        )
        return Kept.model_validate(answer)
