"""Packages that a target's images may hold: searched by name and by what they are for."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
import re
from threading import Lock
import time
from typing import Final
import zlib

from pydantic import BaseModel, Field

from forge.errors import Upstream
from forge.openwrt.place import Place, release_folder
from forge.openwrt.releases import Releases
from forge.openwrt.upstream import Listings
from forge.settings import Settings

_FEED: Final = re.compile(r"src\S*\s+(?:openwrt_)?([A-Za-z0-9_]+)\s")
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.~-]*")
_SAID: Final = re.compile(
    r"^(Package|Version|ABIVersion|Provides|Size|Installed-Size|Description): *(.*)$", re.MULTILINE
)
#: A package that another stands for, without its version: `libx (= 1), liby`.
_WORD: Final = re.compile(r"(?:^|,)\s*([^\s,(]+)")
_NOT_FOUND: Final = 404
#: Indexes of so many targets are kept in memory, some megabytes each.
_KEPT: Final = 2
_LONGEST: Final = 300
#: More text than any list of packages has.
_MOST_TEXT: Final = 64 << 20


class PackageFacts(BaseModel):
    """A package that a feed offers."""

    name: str
    version: str
    feed: str
    description: str | None = Field(None, description="its first line; apk's indexes tell none")
    size: int | None = Field(
        None, description="bytes that it takes when installed, or packed where only that is told"
    )


@dataclass(frozen=True, slots=True)
class _Offer:
    name: str
    version: str
    feed: str
    description: str | None = None
    size: int | None = None
    provides: tuple[str, ...] = ()

    @property
    def facts(self) -> PackageFacts:
        return PackageFacts(
            name=self.name,
            version=self.version,
            feed=self.feed,
            description=self.description,
            size=self.size,
        )


class Packages:
    """What the feeds list, by target."""

    def __init__(self, settings: Settings, listings: Listings, releases: Releases) -> None:
        """Ask by these."""
        self._listings = listings
        self._releases = releases
        self._fresh_s = settings.openwrt_refresh_s
        self._read: dict[Place, tuple[float, list[_Offer]]] = {}
        self._one_reads = Lock()

    def search(self, place: Place, words: str, limit: int) -> tuple[list[PackageFacts], int]:
        """Return packages in which every word stands, and how many there are.

        Those whose names match best come first. Raise NotFound, Upstream, Precondition.
        """
        wanted = words.lower().split()
        found = [offer for offer in self._offers(place) if all(_holds(offer, w) for w in wanted)]
        whole = words.strip().lower()
        found.sort(key=lambda offer: (*_rank(offer.name, whole, wanted), offer.name))
        return [offer.facts for offer in found[:limit]], len(found)

    def named(self, place: Place, names: Collection[str]) -> list[PackageFacts]:
        """Return those of some names that there are; what a package stands for counts too."""
        wanted, found = set(names), {}
        for offer in self._offers(place):
            for name in wanted.intersection((offer.name, *offer.provides)):
                if name not in found or offer.name == name:
                    found[name] = offer.facts.model_copy(update={"name": name})
        return [found[name] for name in dict.fromkeys(names) if name in found]

    def listed(self, place: Place) -> list[PackageFacts]:
        """Return all packages of a target. Raise NotFound, Upstream, Precondition."""
        return [offer.facts for offer in self._offers(place)]

    def _offers(self, place: Place) -> list[_Offer]:
        """Return all packages of a target, read once in a while."""
        with self._one_reads:
            read_at, offers = self._read.get(place, (0.0, []))
            if not offers or time.monotonic() - read_at > self._fresh_s:
                offers = list({offer.name: offer for offer in self._all(place)}.values())
                self._read.pop(place, None)
                self._read[place] = (time.monotonic(), offers)
                while len(self._read) > _KEPT:
                    del self._read[next(iter(self._read))]
            return offers

    def _all(self, place: Place) -> Iterator[_Offer]:
        said = self._releases.profiles_json(place)
        arch = said.get("arch_packages", "")
        if not _NAME.fullmatch(arch):
            raise Upstream(f"The server does not tell the architecture of {place}", about="http")
        shared = f"{release_folder(place.release)}/packages/{arch}"
        yield from self._index("target", f"{place.folder}/packages")
        if (kernel := _kernel(said.get("linux_kernel"))) is not None:
            yield from self._index("kmods", f"{place.folder}/kmods/{kernel}")
        for feed in self._feeds(shared):
            yield from self._index(feed, f"{shared}/{feed}")

    def _feeds(self, shared: str) -> list[str]:
        text = self._listings.text(f"{shared}/feeds.conf").decode("utf-8", "replace")
        named = [matched[1] for line in text.splitlines() if (matched := _FEED.match(line))]
        return list(dict.fromkeys(("base", *named)))

    def _index(self, feed: str, folder: str) -> Iterable[_Offer]:
        """Return what a feed lists: opkg's index tells more than the one that all have."""
        packed = self._there(f"{folder}/Packages.gz")
        if packed is not None:
            return _described(feed, _unpacked(packed, folder))
        if self._there(f"{folder}/index.json") is None:
            return ()  # not every feed is on every server
        packages = self._listings.json(f"{folder}/index.json").get("packages", {})
        if not isinstance(packages, dict):
            raise Upstream(f"{folder}/index.json is no index of packages", about="http")
        return [_Offer(name, str(version), feed) for name, version in packages.items()]

    def _there(self, path: str) -> bytes | None:
        try:
            return self._listings.text(path)
        except Upstream as error:
            if error.facts.get("status") == _NOT_FOUND:
                return None
            raise


def _kernel(said: object) -> str | None:
    """Return what the folder with the kernel's modules is called."""
    if not isinstance(said, dict):
        return None
    name = "-".join(str(said.get(part, "")) for part in ("version", "release", "vermagic"))
    return name if _NAME.fullmatch(name) else None


def _unpacked(packed: bytes, folder: str) -> str:
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        text = unpacker.decompress(packed, _MOST_TEXT)
    except zlib.error:
        text = b""
    if not unpacker.eof:
        raise Upstream(f"{folder}/Packages.gz is no list of packages", about="http")
    return text.decode("utf-8", "replace")


def _described(feed: str, text: str) -> Iterator[_Offer]:
    for paragraph in text.split("\n\n"):
        said: dict[str, str] = dict(_SAID.findall(paragraph))
        if not (name := said.get("Package")):
            continue
        size = said.get("Installed-Size") or said.get("Size", "")
        yield _Offer(
            name=name.removesuffix(said.get("ABIVersion", "")) or name,
            version=said.get("Version", ""),
            feed=feed,
            description=said.get("Description", "")[:_LONGEST] or None,
            size=int(size) if size.isdecimal() else None,
            provides=(name, *_WORD.findall(said.get("Provides", ""))),
        )


def _holds(offer: _Offer, word: str) -> bool:
    return word in offer.name.lower() or word in (offer.description or "").lower()


def _rank(name: str, whole: str, words: list[str]) -> tuple[bool, bool, bool]:
    """Sort what is named so before what begins so, and that before what only tells of it."""
    return name != whole, not name.startswith(whole), not all(word in name for word in words)
