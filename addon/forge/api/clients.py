"""The address for OpenWrt's own clients, which know an address and no header: it holds a key.

Routers keep what they are told, and a browser sends no token to a server that is not its own. So
they get a key that opens nothing but the addresses of OpenWrt's build server.
"""

from collections.abc import Iterable
import hashlib
import hmac
from typing import Final

from aiohttp import web

from forge.api.answers import Handler
from forge.api.routes import CLIENT_KEY, Route

#: Who asks, where the key is all that is known of them.
BY: Final = "asu"
_BYTES: Final = 16
#: A slash more than needed: some clients put theirs behind the one that was configured.
_ADDRESS: Final = f"/asu/{{{CLIENT_KEY}:[0-9a-f]{{{2 * _BYTES}}}/?}}"
_SHARED: Final = {
    # The key is in the address: a page that has it may use it, and no browser adds anything.
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "X-Imagebuilder-Status, X-Queue-Position",
}
_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Allow-Private-Network": "true",
    "Access-Control-Max-Age": "86400",
}


def client_key(token: str) -> str:
    """Return the key that belongs to a token: who has the key has not the token."""
    made = hmac.new(token.encode(), b"OpenWrt's clients", hashlib.sha256).digest()
    return made[:_BYTES].hex()


def address(token: str) -> str:
    """Return the address below which clients ask."""
    return f"/asu/{client_key(token)}"


def open_to_clients(app: web.Application, served: Iterable[tuple[Route, Handler]]) -> None:
    """Serve routes below the address too, also to pages of other servers."""
    paths = set()
    for route, handler in served:
        for method in route.methods:
            app.router.add_route(method, _ADDRESS + route.path, handler)
        paths.add(route.path)
    for path in paths:
        app.router.add_route("OPTIONS", _ADDRESS + path, _preflight)
    app.on_response_prepare.append(_share)


async def _preflight(_request: web.Request) -> web.Response:
    return web.Response(status=204, headers=_PREFLIGHT)


async def _share(request: web.Request, response: web.StreamResponse) -> None:
    if CLIENT_KEY in request.match_info:
        response.headers.update(_SHARED)
