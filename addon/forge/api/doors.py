"""The two doors: the API's, with a token always, and Home Assistant's ingress."""

import base64
import binascii
from enum import StrEnum
import hmac
from ipaddress import ip_address
from typing import Final
from urllib.parse import unquote

from aiohttp import web

from forge.api.clients import BY, client_key
from forge.api.routes import ASKED_BY_HEADER, CLIENT_KEY
from forge.api.throttle import Throttle
from forge.errors import Forbidden, Invalid, Unauthorized
from forge.settings import Settings

USER_HEADERS: Final = ("X-Remote-User-Display-Name", "X-Remote-User-Name", "X-Remote-User-Id")
_LONGEST_USER: Final = 100


class Door(StrEnum):
    """Where a request comes in."""

    API = "api"
    INGRESS = "ingress"


class Guard:
    """Lets in who may, and says who it is."""

    def __init__(self, door: Door, settings: Settings, token: str) -> None:
        """Guard one door."""
        self._door = door
        self._supervisor = ip_address(settings.supervisor_address)
        self._token = token.encode()
        self._key = client_key(token)
        self._throttle = Throttle()

    def admit(self, request: web.Request) -> str:
        """Return the user's name, "" where none is told. Raise what keeps others out.

        Who has the token may say for whom they ask, as Home Assistant does for its users.
        Whose address holds the key for OpenWrt's clients gets no further than that address goes.
        """
        if self._door is Door.INGRESS:
            return self._from_supervisor(request)
        if (key := request.match_info.get(CLIENT_KEY)) is not None:
            self._with_key(request, key)
            return BY
        self._with_token(request)
        return _named(request)

    def _from_supervisor(self, request: web.Request) -> str:
        """Trust the Supervisor's address alone: other apps share its network."""
        try:
            peer = ip_address(request.remote or "")
        except ValueError:
            peer = None
        if peer is None or (getattr(peer, "ipv4_mapped", None) or peer) != self._supervisor:
            raise Forbidden("This door is Home Assistant's ingress only", about="ingress")
        names = (request.headers.get(header, "").strip() for header in USER_HEADERS)
        name = next(filter(None, names), "ingress")
        return "".join(filter(str.isprintable, name))[:_LONGEST_USER]

    def _with_key(self, request: web.Request, given: str) -> None:
        address = request.remote or ""
        self._throttle.check(address)
        if not hmac.compare_digest(given.rstrip("/"), self._key):
            self._throttle.wrong(address)
            raise Unauthorized("The key in the address is wrong", about="key")
        self._throttle.right(address)

    def _with_token(self, request: web.Request) -> None:
        address = request.remote or ""
        self._throttle.check(address)
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        offered = _offered(scheme.lower(), given.strip())
        if offered is not None and hmac.compare_digest(offered, self._token):
            self._throttle.right(address)
            return
        if scheme:
            self._throttle.wrong(address)
        raise Unauthorized(
            "The token is wrong" if scheme else "A token is needed: Authorization: Bearer …",
            about="token",
        )


def _named(request: web.Request) -> str:
    """Return for whom a token's holder asks. Raise Invalid for what is no name."""
    told = request.headers.get(ASKED_BY_HEADER, "")
    try:
        name = unquote(told, errors="strict").strip()
    except UnicodeDecodeError:
        name = "\0"
    if not name.isprintable() or len(name) > _LONGEST_USER:
        raise Invalid(
            f"{ASKED_BY_HEADER} must be a name of at most {_LONGEST_USER} printable characters,"
            " in UTF-8 and percent-encoded",
            about="header",
        )
    return name


def _offered(scheme: str, given: str) -> bytes | None:
    """Return the token that a header holds.

    Programs that know addresses only make a basic header of `http://any:<token>@host`.
    """
    if scheme == "bearer":
        return given.encode("utf-8", "surrogateescape")
    if scheme != "basic":
        return None
    try:
        return base64.b64decode(given, validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return None
