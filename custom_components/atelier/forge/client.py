"""Ask a Forge over HTTP, and listen to what it tells."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
import json
from typing import Any, Final, Self
from urllib.parse import quote

import aiohttp
from yarl import URL

from .errors import Away, NoForge, Refused, TokenRefused
from .stream import Frame, frames

_CONNECT_S: Final = 10.0
_SOON: Final = aiohttp.ClientTimeout(total=30.0, sock_connect=_CONNECT_S)
#: For what somebody waits who can see it: the Forge may have to ask servers first.
_LATER: Final = aiohttp.ClientTimeout(total=120.0, sock_connect=_CONNECT_S)
#: For files that come from browsers, over lines of any kind.
_SLOWLY: Final = aiohttp.ClientTimeout(total=3600.0, sock_connect=_CONNECT_S)
#: For what may take for ever. The Forge's streams beat every 15 s, also when nothing happens.
_ENDLESS: Final = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_S, sock_read=50.0)
#: The largest answer that is taken, in bytes: pages of profiles are far smaller.
_LARGEST: Final = 32 << 20
#: As many characters of a user's name as a Forge keeps.
_LONGEST_NAME: Final = 100


def address(text: str) -> str | None:
    """Return a Forge's address as it is kept, None where it is none."""
    try:
        url = URL(text.strip())
        plain = url.scheme in ("http", "https") and bool(url.host) and url.port is not None
    except ValueError:
        return None
    if not plain or url.user or url.password or url.query_string or url.fragment:
        return None
    return str(url).rstrip("/")


class Client:
    """Speaks with one Forge."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str, by: str = "") -> None:
        """Ask by a session that somebody else owns, and for somebody, where that is known."""
        self._session = session
        self._url = url
        self._token = token
        self._headers = {"Authorization": f"Bearer {token}"}
        if by:
            self._headers["X-Asked-By"] = quote(by, safe="")

    def asked_by(self, name: str | None) -> Self:
        """Return what asks for a user of Home Assistant, whose name the Forge keeps with jobs."""
        shown = "".join(filter(str.isprintable, name or "")).strip()[:_LONGEST_NAME]
        return type(self)(self._session, self._url, self._token, shown)

    async def version(self) -> str:
        """Return the Forge's version, after it took the token. Raise Away, NoForge, Refused."""
        said = await self.get("config")
        version = said.get("version")
        if not isinstance(version, str):
            raise NoForge
        return version

    async def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Return what is at an address below `/api/v1`."""
        return await self.ask("GET", path, query=query)

    async def post(
        self, path: str, body: Mapping[str, Any], *, key: str | None = None
    ) -> dict[str, Any]:
        """Ask for something to be done; a key makes asking again harmless."""
        return await self.ask("POST", path, body=body, key=key)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        key: str | None = None,
    ) -> dict[str, Any]:
        """Ask once. Raise Away, NoForge, Refused."""
        headers = {"Idempotency-Key": key} if key else {}
        sent = {"params": _pairs(query or {}), "json": body, "headers": headers}
        answer = (await self._answer(method, f"/api/v1/{path}", _SOON, **sent)).read()
        if not isinstance(answer, dict):
            raise NoForge
        return answer

    async def pass_on(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any],
        body: Mapping[str, Any] | None,
        key: str | None,
    ) -> Any:
        """Ask once for somebody else, who may wait long; return whatever the answer is."""
        headers = {"Idempotency-Key": key} if key else {}
        sent = {"params": _pairs(query), "json": body, "headers": headers}
        return (await self._answer(method, f"/api/v1/{path}", _LATER, **sent)).read()

    async def send(
        self, method: str, path: str, *, query: Mapping[str, str], content: aiohttp.StreamReader
    ) -> Any:
        """Send a file as it comes; return the answer. Raise Away, NoForge, Refused."""
        headers = {"Content-Type": "application/octet-stream"}
        sent = {"params": query, "data": content, "headers": headers}
        return (await self._answer(method, f"/api/v1/{path}", _SLOWLY, **sent)).read()

    @asynccontextmanager
    async def stream(self, path: str, after: int | None) -> AsyncIterator[AsyncGenerator[Frame]]:
        """Follow a stream, from an event on. Raise Away, NoForge, Refused."""
        resumed = {} if after is None else {"Last-Event-ID": str(after)}
        async with self.fetch(path, resumed) as response:
            if response.content_type != "text/event-stream":
                raise NoForge
            async with aclosing(frames(response.content)) as sent:
                yield sent

    @asynccontextmanager
    async def fetch(
        self, path: str, headers: Mapping[str, str]
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Begin to read what may take for ever. Raise Away, NoForge, Refused."""
        try:
            async with self._session.get(
                f"{self._url}/api/v1/{path}",
                headers={**self._headers, **headers},
                timeout=_ENDLESS,
                allow_redirects=False,
            ) as response:
                if response.status != HTTPStatus.OK:
                    raise _refusal(response.status, await response.content.read(65_536))
                yield response
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Away(str(error) or type(error).__name__) from error

    async def _answer(
        self, method: str, path: str, patience: aiohttp.ClientTimeout, **sent: Any
    ) -> _Said:
        headers = {**self._headers, **sent.pop("headers", {})}
        try:
            async with self._session.request(
                method,
                self._url + path,
                headers=headers,
                timeout=patience,
                # The token is for this address, and for no other one.
                allow_redirects=False,
                **sent,
            ) as response:
                said = bytearray()
                async for piece in response.content.iter_any():
                    said += piece
                    if len(said) > _LARGEST:
                        raise NoForge
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Away(str(error) or type(error).__name__) from error
        if not HTTPStatus(response.status).is_success:
            raise _refusal(response.status, bytes(said))
        return _Said(response.content_type, bytes(said))


@dataclass(frozen=True, slots=True)
class _Said:
    """What was answered."""

    content_type: str
    body: bytes

    def read(self) -> Any:
        """Return what it holds: None where that is nothing. Raise NoForge."""
        if not self.body:
            return None
        if self.content_type != "application/json":
            return self.body.decode("utf-8", "replace")
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise NoForge from error


def _pairs(query: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return a query as it is sent; lists say their name again for each value."""
    return [
        (name, str(value).lower() if isinstance(value, bool) else str(value))
        for name, given in query.items()
        if given is not None
        for value in (given if isinstance(given, list | tuple) else (given,))
    ]


def _refusal(status: int, said: bytes) -> NoForge | Refused:
    """Return why something was not done, as the Forge told it."""
    try:
        error = json.loads(said)["error"]
        code, message = str(error["code"]), str(error["message"])
        facts = error.get("facts")
    except ValueError, KeyError, TypeError:
        return NoForge()
    kind = TokenRefused if status == HTTPStatus.UNAUTHORIZED else Refused
    return kind(code, message, facts if isinstance(facts, dict) else {})
