"""A worker on another host: its log lines and files go to the Forge over HTTP."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
import hashlib
from http import HTTPStatus, client
import json
import logging
from pathlib import Path
import shutil
import time
from typing import IO, Any, Final
from urllib.parse import urlencode, urlsplit

from forge.errors import Conflict, ForgeError, Unauthorized, Upstream, is_full
from forge.jobs.files import Kept, checked

_LOGGER: Final = logging.getLogger(__name__)
_TIMEOUT_S: Final = 30
_SEND_EVERY_S: Final = 0.5
_SEND_AT: Final = 65_536
#: Lines that are held while the Forge does not answer; a build must not end for its log.
_MOST_HELD: Final = 8 << 20
_PIECE: Final = 1 << 20
_WORTH_ANOTHER_TRY: Final = ("upstream.forge", "conflict.checksum")
_PAUSES_S: Final = (0.5, 1, 2, 4, 8)


class Home:
    """The Forge that keeps things, as a client."""

    def __init__(self, url: str, token: str) -> None:
        """Ask there, with the token."""
        parts = urlsplit(url)
        self._netloc = parts.netloc
        self._base = parts.path.rstrip("/")
        self._connect = client.HTTPSConnection if parts.scheme == "https" else client.HTTPConnection
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/octet-stream",
        }

    def send(
        self, method: str, path: str, query: Mapping[str, Any], body: bytes | IO[bytes], size: int
    ) -> dict[str, Any]:
        """Send a body. Raise Conflict, Unauthorized or Upstream."""
        with self._asked(method, path, query, body, {"Content-Length": str(size)}) as answer:
            return _read(answer.status, answer.read())

    def ask(
        self, method: str, path: str, *, query: Mapping[str, Any] | None = None, body: Any = None
    ) -> dict[str, Any]:
        """Send and get JSON, trying again while the Forge does not answer. Raise as `send`."""
        data = b"" if body is None else json.dumps(body).encode()
        kind = {"Content-Type": "application/json", "Content-Length": str(len(data))}

        def once() -> dict[str, Any]:
            with self._asked(method, path, query or {}, data, kind) as answer:
                return _read(answer.status, answer.read())

        return _patiently(once)

    def fetch(self, path: str, to: Path) -> Mapping[str, str]:
        """Save what is at an address; return the answer's headers. Raise as `ask`."""

        def once() -> Mapping[str, str]:
            with (
                to.open("wb") as file,
                self._asked("GET", path, {}, b"", {"Content-Length": "0"}) as answer,
            ):
                if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
                    _read(answer.status, answer.read())
                shutil.copyfileobj(answer, file, _PIECE)
                if answer.length:  # it ended before its end, which http.client says to nobody
                    raise client.IncompleteRead(b"", answer.length)
                return dict(answer.headers)

        return _patiently(once)

    @contextmanager
    def _asked(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any],
        body: bytes | IO[bytes],
        headers: Mapping[str, str],
    ) -> Iterator[client.HTTPResponse]:
        address = f"{self._base}/api/v1{path}?{urlencode(query)}"
        connection = self._connect(self._netloc, timeout=_TIMEOUT_S)
        try:
            connection.request(method, address, body, {**self._headers, **headers})
            yield connection.getresponse()
        except (OSError, client.HTTPException) as error:
            if is_full(error):
                raise  # this disk's, and not the line's
            raise Upstream(
                f"The Forge at {self._netloc} does not answer: {error}", about="forge"
            ) from None
        finally:
            connection.close()


def _patiently[T](once: Callable[[], T]) -> T:
    """Do it, again after pauses while the Forge does not answer."""
    for pause in _PAUSES_S:
        try:
            return once()
        except Upstream as error:
            _LOGGER.warning("%s", error)
            time.sleep(pause)
    return once()


def _read(status: int, text: bytes) -> dict[str, Any]:
    """Return what was answered, or raise the error it tells of."""
    try:
        told = json.loads(text or b"{}")
    except ValueError:
        told = {}
    if status < 300:  # noqa: PLR2004 - success, by HTTP
        found: dict[str, Any] = told
        return found
    error = told.get("error", {}) if isinstance(told, dict) else {}
    message = f"The Forge answered {status}: {error.get('message', '')}"
    if status == Conflict.status:
        about = str(error.get("code", "")).partition(".")[2]
        raise Conflict(message, about=about, **error.get("facts", {}))
    raise (Unauthorized if status == Unauthorized.status else Upstream)(message, about="forge")


class RemoteSink:
    """Send lines to the Forge, some at a time, each piece once."""

    def __init__(self, url: str, token: str, job_id: str) -> None:
        """Write the log of a job."""
        self._home = Home(url, token)
        self._path = f"/jobs/{job_id}/log"
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
            self._offset = int(self._home.send("POST", self._path, {"offset": -1}, b"", 0)["size"])
        try:
            answer = self._home.send(
                "POST", self._path, {"offset": self._offset}, piece, len(piece)
            )
        except Conflict:
            # Somebody else wrote a line: ask anew where the log ends.
            self._offset = None
            raise
        self._offset = int(answer["size"])
        del self._held[: len(piece)]


class RemoteFiles:
    """Send files to the Forge."""

    def __init__(self, url: str, token: str) -> None:
        """Keep files there."""
        self._home = Home(url, token)

    def keep(self, job_id: str, path: Path, name: str) -> Kept:
        """Send a file; the Forge takes it only whole, by its hash. Raise Upstream."""
        checked(name)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = path.stat().st_size
        pauses = iter(_PAUSES_S)
        while True:
            try:
                with path.open("rb") as file:
                    answer = self._home.send(
                        "PUT", f"/jobs/{job_id}/files/{name}", {"sha256": digest}, file, size
                    )
                return Kept.model_validate(answer)
            except (Upstream, Conflict) as error:
                if error.code not in _WORTH_ANOTHER_TRY:
                    raise
                if (pause := next(pauses, None)) is None:
                    raise
                _LOGGER.warning("%s waits: %s", name, error)
                time.sleep(pause)
