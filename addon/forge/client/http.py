"""Requests to a Forge, and the errors that it tells of."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from http import HTTPStatus, client
import json
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import quote, urlencode, urlsplit

from forge.errors import ForgeError, Invalid, Unavailable, Upstream

_TIMEOUT_S: Final = 60.0
_PREFIX: Final = "/api/v1"
_OCTETS: Final = "application/octet-stream"
_LARGEST_ERROR: Final = 1 << 20

type Query = Mapping[str, Any]


class Told(ForgeError):
    """An error as a Forge told it: its own code, whatever family that is."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        """Keep what was told."""
        super().__init__(str(error.get("message", "")), **error.get("facts") or {})
        self.code = str(error.get("code", "internal"))


class Client:
    """A Forge, by its address and its token."""

    def __init__(self, url: str, token: str, *, timeout_s: float = _TIMEOUT_S) -> None:
        """Ask there. Raise Invalid for what is no address, or no token."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Invalid(f"{url!r} is no address of a Forge: http://host:port is", about="address")
        if not token.isascii() or not token.isprintable():
            raise Invalid("The token holds what no token can: take it anew", about="token")
        self.url: Final = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
        self._connect = client.HTTPSConnection if parts.scheme == "https" else client.HTTPConnection
        self._netloc = parts.netloc
        self._base = parts.path.rstrip("/")
        self.token: Final = token
        self._timeout_s = timeout_s

    def get(self, *path: str, **query: Any) -> Any:
        """Return the JSON at an address below `/api/v1`. Raise Upstream where it is none."""
        return self.read(at(*path), query)

    def read(self, path: str, query: Query | None = None) -> Any:
        """Return the JSON at any address. Raise Upstream where it is none."""
        return self._json(self.ask("GET", path, query or {}))

    def post(self, *path: str, body: Any = None, key: str | None = None) -> Any:
        """Send JSON; `key` makes sending it again harmless."""
        return self._json(self.ask("POST", at(*path), {}, body=body or {}, key=key))

    def delete(self, *path: str, **query: Any) -> Any:
        """Delete what is there."""
        return self._json(self.ask("DELETE", at(*path), query))

    def ask(
        self,
        method: str,
        path: str,
        query: Query,
        *,
        body: Any = None,
        file: Path | bytes | None = None,
        key: str | None = None,
    ) -> Any:
        """Ask one thing, sending JSON or a file; return the JSON, or the text where it is none.

        A file is told by where it is, or by what it holds.
        """
        headers = {"Idempotency-Key": key} if key else {}
        with self.open(path, query, method=method, body=body, file=file, headers=headers) as answer:
            text = answer.read()
            if answer.headers.get_content_type() != "application/json":
                return text.decode("utf-8", "replace") if text else None
        try:
            return json.loads(text)
        except ValueError:
            raise self._no_forge(answer.status) from None

    @contextmanager
    def open(
        self,
        path: str,
        query: Query,
        *,
        method: str = "GET",
        body: Any = None,
        file: Path | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator["Answer"]:
        """Ask, and read the answer as it comes. Raise what the Forge tells, or Unavailable."""
        connection = self._connect(self._netloc, timeout=self._timeout_s)
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        if body is not None:
            sent["Content-Type"] = "application/json"
        data: bytes | IO[bytes] | None = None if body is None else json.dumps(body).encode()
        with ExitStack() as done:
            done.callback(connection.close)
            if isinstance(file, Path):
                data = done.enter_context(file.open("rb"))
                sent |= {"Content-Type": _OCTETS, "Content-Length": str(file.stat().st_size)}
            elif file is not None:
                data = file
                sent["Content-Type"] = _OCTETS
            with self._reached():
                connection.request(method, self._address(path, query), data, sent)
                answer = Answer(connection.getresponse(), self._reached)
            # No redirect is followed: the token stays here.
            if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
                raise self._told(answer)
            yield answer

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Raise Unavailable where the connection fails."""
        try:
            yield
        except (OSError, client.HTTPException) as error:
            why = str(error) or type(error).__name__
            raise Unavailable(
                f"No Forge answers at {self.url} ({why}): start it with `forge serve`, or give the"
                " address where it is",
                about="forge",
            ) from None

    def _address(self, path: str, query: Query) -> str:
        said: list[tuple[str, str]] = []
        for name, value in query.items():
            values = value if isinstance(value, list | tuple) else [value]
            said += [(name, _text(one)) for one in values if one is not None]
        return f"{self._base}{path}" + (f"?{urlencode(said)}" if said else "")

    def _json(self, answer: Any) -> Any:
        if isinstance(answer, str):  # a page, of whatever stands between
            raise self._no_forge(HTTPStatus.OK)
        return answer

    def _told(self, answer: "Answer") -> ForgeError:
        try:
            error = json.loads(answer.read(_LARGEST_ERROR))["error"]
            return Told(error)
        except (ValueError, KeyError, TypeError, AttributeError):
            return self._no_forge(answer.status)

    def _no_forge(self, status: int) -> Upstream:
        return Upstream(
            f"What answers at {self.url} is no Forge (status {status}): check the address",
            about="forge",
            status=status,
        )


class Answer:
    """An answer that is read as it comes; where that fails, the Forge is away."""

    def __init__(
        self, answer: client.HTTPResponse, reached: Callable[[], AbstractContextManager[None]]
    ) -> None:
        """Read an answer."""
        self._answer = answer
        self._reached = reached
        self.status: Final = answer.status
        self.headers: Final = answer.headers
        #: How many bytes come; None where that was not said.
        self.length: Final = answer.length

    def read(self, most: int | None = None) -> bytes:
        """Read some bytes, or all. Raise Unavailable, also where it ends before its end."""
        with self._reached():
            piece = self._answer.read(most)
        if most and not piece and self._answer.length:  # which http.client tells of no part
            raise Unavailable("The answer came only in part: try again", about="forge")
        return piece

    def readline(self, most: int) -> bytes:
        """Read a line. Raise Unavailable."""
        with self._reached():
            return self._answer.readline(most)


def at(*path: str) -> str:
    """Return an address below `/api/v1`; what a part holds stays within it."""
    return _PREFIX + "".join(f"/{quote(part, safe='')}" for part in path)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
