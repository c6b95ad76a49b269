"""The tools served: over standard input and output, or over HTTP behind the token."""

import hmac
import json
import logging
from typing import Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send
import uvicorn

from forge.api.throttle import Throttle
from forge.client.http import Client
from forge.errors import ForgeError, Overloaded, Unauthorized
from forge.mcp.toolbox import server

_PATH: Final = "/mcp"


def serve_stdio(client: Client) -> None:
    """Serve whoever started this, until they close it."""
    server(client).run("stdio")


def serve_http(client: Client, *, host: str, port: int, token: str) -> None:
    """Serve at `/mcp` to whoever has the token, until a signal says stop."""
    app: ASGIApp = server(client).streamable_http_app(
        streamable_http_path=_PATH, json_response=True, stateless_http=True, host=host
    )
    logging.getLogger("mcp").setLevel(logging.WARNING)
    uvicorn.run(Guarded(app, token), host=host, port=port, log_level="warning", access_log=False)


class Guarded:
    """Lets in who has the token; guessing it is slowed."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        """Guard an application."""
        self._app = app
        self._token = token.encode()
        self._throttle = Throttle()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse before anything is read."""
        if scope["type"] == "http":
            try:
                self._admit(scope)
            except ForgeError as error:
                await _refuse(error, send)
                return
        await self._app(scope, receive, send)

    def _admit(self, scope: Scope) -> None:
        """Raise Unauthorized, Overloaded."""
        address = (scope.get("client") or ("", 0))[0]
        offered = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        self._throttle.check(address)
        scheme, _, given = offered.partition(b" ")
        if scheme.lower() == b"bearer" and hmac.compare_digest(given.strip(), self._token):
            self._throttle.right(address)
            return
        if scheme:
            self._throttle.wrong(address)
        raise Unauthorized(
            "The token is wrong" if scheme else "A token is needed: Authorization: Bearer …",
            about="token",
        )


async def _refuse(error: ForgeError, send: Send) -> None:
    headers: list[tuple[bytes, bytes]] = [(b"content-type", b"application/json")]
    if isinstance(error, Unauthorized):
        headers.append((b"www-authenticate", b"Bearer"))
    if isinstance(error, Overloaded):
        headers.append((b"retry-after", str(error.facts["retry_after_s"]).encode()))
    body: dict[str, Any] = {"error": error.as_dict()}
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
