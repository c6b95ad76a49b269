"""The two doors: the API's, with a token always, and Home Assistant's ingress."""

from collections import OrderedDict
from enum import StrEnum
import hmac
from ipaddress import ip_address
import time
from typing import Final

from aiohttp import web

from forge.errors import Forbidden, Overloaded, Unauthorized
from forge.settings import Settings

USER_HEADERS: Final = ("X-Remote-User-Display-Name", "X-Remote-User-Name", "X-Remote-User-Id")
_LONGEST_USER: Final = 100
#: So many wrong tokens within a window, and an address has to wait for the window's end.
WRONG_TOKENS: Final = 10
WINDOW_S: Final = 60.0
_ADDRESSES: Final = 10_000


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
        self._wrong: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def admit(self, request: web.Request) -> str:
        """Return the user's name, "" for the token's holder. Raise what keeps others out."""
        if self._door is Door.INGRESS:
            return self._from_supervisor(request)
        self._with_token(request)
        return ""

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

    def _with_token(self, request: web.Request) -> None:
        address = request.remote or ""
        began, count = self._wrong.get(address, (0.0, 0))
        moment = time.monotonic()
        if count >= WRONG_TOKENS and moment - began < WINDOW_S:
            # Not even a right one is looked at: guessing goes at this pace and no faster.
            raise Overloaded(
                f"Too many wrong tokens from {address}: wait a minute",
                about="wrong_tokens",
                retry_after_s=int(WINDOW_S - (moment - began)) + 1,
            )
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        offered = given.strip().encode("utf-8", "surrogateescape")
        if scheme.lower() == "bearer" and hmac.compare_digest(offered, self._token):
            self._wrong.pop(address, None)
            return
        if scheme:
            fresh = moment - began >= WINDOW_S
            self._wrong[address] = (moment, 1) if fresh else (began, count + 1)
            self._wrong.move_to_end(address)
            if len(self._wrong) > _ADDRESSES:
                self._wrong.popitem(last=False)
        raise Unauthorized(
            "The token is wrong" if scheme else "A token is needed: Authorization: Bearer …",
            about="token",
        )
