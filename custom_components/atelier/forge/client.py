"""Ask a Forge over HTTP, and listen to what it tells."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
import json
from typing import Any, Final

import aiohttp
from yarl import URL

from .errors import Away, NoForge, Refused, TokenRefused
from .stream import Told, told

_ANSWER_S: Final = 30.0
_CONNECT_S: Final = 10.0
#: The Forge's stream beats every 15 s, also when nothing happens.
_SILENCE_S: Final = 50.0
#: The largest answer that is taken, in bytes: pages of profiles are far smaller.
_LARGEST: Final = 32 << 20


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

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str) -> None:
        """Ask by a session that somebody else owns."""
        self._session = session
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"}

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
        headers = self._headers | ({"Idempotency-Key": key} if key else {})
        said = await self._answer(method, f"/api/v1/{path}", headers, query=query, body=body)
        try:
            answer = json.loads(said)
        except ValueError as error:
            raise NoForge from error
        if not isinstance(answer, dict):
            raise NoForge
        return answer

    async def figures(self) -> str:
        """Return the Forge's figures, as Prometheus reads them."""
        return (await self._answer("GET", "/metrics", self._headers)).decode("utf-8", "replace")

    @asynccontextmanager
    async def events(self, after: int | None) -> AsyncIterator[AsyncIterator[Told]]:
        """Listen to what happens, from an event on. Raise Away, NoForge, Refused."""
        headers = self._headers | ({} if after is None else {"Last-Event-ID": str(after)})
        patience = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_S, sock_read=_SILENCE_S)
        try:
            async with self._session.get(
                f"{self._url}/api/v1/events",
                headers=headers,
                timeout=patience,
                allow_redirects=False,
            ) as response:
                if response.status != HTTPStatus.OK:
                    raise _refusal(response.status, await response.content.read(65_536))
                if response.content_type != "text/event-stream":
                    raise NoForge
                yield told(response.content)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Away(str(error) or type(error).__name__) from error

    async def _answer(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> bytes:
        try:
            async with self._session.request(
                method,
                self._url + path,
                params=_pairs(query or {}),
                json=body,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=_ANSWER_S, sock_connect=_CONNECT_S),
                # The token is for this address, and for no other one.
                allow_redirects=False,
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
        return bytes(said)


def _pairs(query: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return a query as it is sent; lists say their name again for each value."""
    return [
        (name, str(value))
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
