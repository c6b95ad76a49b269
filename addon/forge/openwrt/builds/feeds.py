"""What the package feeds offer at a moment: they move under a release that does not."""

from collections.abc import Callable
import hashlib
from typing import Final

from forge.errors import ForgeError
from forge.openwrt.fetch import Mirrors, Patience
from forge.openwrt.makeinfo import Info
from forge.openwrt.upstream import Listings
from forge.settings import Settings

#: Where genuine Image Builders have their feeds.
OFFICIAL: Final = "https://downloads.openwrt.org"
#: A signature changes with what is signed, and is small.
_SIGNATURE: Final = "Packages.sig"
_LIST: Final = "Packages.gz"
_UNKNOWN: Final = "unknown"


def identity(
    settings: Settings,
    info: Info,
    *,
    say: Callable[[str], None] = lambda _line: None,
    checkpoint: Callable[[], None] = lambda: None,
) -> str:
    """Return what the feeds offer now, as a hash; those that do not answer count as unknown."""

    def one(feed: str) -> str:
        listings = _listings(settings, feed, checkpoint)
        for name in _names(feed):
            try:
                return _hash(listings.text(name))
            except ForgeError as error:
                failed = error.message
        say(f"! {failed}")
        return _UNKNOWN

    return _together({feed: one(feed) for feed in info.feeds})


def known(settings: Settings, info: Info) -> str | None:
    """Return the same without asking anybody, if it was asked a short while ago."""
    found: dict[str, str] = {}
    for feed in info.feeds:
        listings = _listings(settings, feed, lambda: None)
        bodies = (listings.known(name) for name in _names(feed))
        body = next((body for body in bodies if body is not None), None)
        if body is None and not settings.offline:
            return None
        found[feed] = _hash(body) if body is not None else _UNKNOWN
    return _together(found)


def mirrored(settings: Settings, text: str, turn: int = 0) -> str:
    """Return a list of feeds with a mirror in the place of OpenWrt's own server."""
    mirror = settings.openwrt_mirrors[turn % len(settings.openwrt_mirrors)].rstrip("/")
    return text.replace(f"{OFFICIAL}/", f"{mirror}/")


def _names(feed: str) -> tuple[str, ...]:
    if feed.endswith(".adb"):
        return (feed.rpartition("/")[2],)
    return (_SIGNATURE, _LIST)


def _listings(settings: Settings, feed: str, checkpoint: Callable[[], None]) -> Listings:
    base = mirrored(settings, feed.rpartition("/")[0] if feed.endswith(".adb") else feed)
    patience = Patience(1, settings.openwrt_stall_s, 0)
    return Listings(settings, Mirrors((base,), patience, checkpoint=checkpoint))


def _together(found: dict[str, str]) -> str:
    return _hash("\n".join(f"{feed} {what}" for feed, what in sorted(found.items())).encode())


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
