"""The routers of the demo: what their images hold, as their owner would have said it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypedDict

from rig.openwrt.releases import ATH79, FILOGIC, OPKG_ZST

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rig.openwrt.releases import Target

#: A package of the mirror whose first second of work is the first of these lists, and so on.
SLOW_PACKAGE: Final = "adblock-lists"
_LISTS_FILE: Final = "etc/adblock/lists"
#: A build that works through all of them can be watched.
LISTS: Final = (
    *("adaway", "adguard", "certpl", "cryptominers", "disconnect", "easylist", "easyprivacy"),
    *("firetv", "gambling", "notracking", "oisd", "openphish", "peterlowe", "phishing-army"),
    *("ransomware", "smarttv", "stevenblack", "urlhaus", "winspy", "yoyo"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Router:
    """A device, and what its image is to be."""

    id: str
    name: str
    description: str
    target: Target
    board: str
    packages: tuple[str, ...]
    tags: tuple[str, ...]
    #: Files that are laid over the image besides its name, by their path.
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def hostname(self) -> str:
        """Return what the router is called on its network."""
        return self.id

    @property
    def profile(self) -> dict[str, Any]:
        """Return the profile as the Forge takes it; it names the release before the newest."""
        return {
            "profile_id": self.id,
            "name": self.name,
            "description": self.description,
            "device_id": self.hostname,
            "tags": list(self.tags),
            "openwrt_release": OPKG_ZST.version,
            "target": self.target.board,
            "subtarget": self.target.subtarget,
            "imagebuilder_profile": self.board,
            "packages": list(self.packages),
            "overlay_dir": self.id,
        }

    def write_overlay(self, shared: Path) -> None:
        """Put what is laid over the image into the shared folder."""
        system = f"config system\n\toption hostname '{self.hostname}'\n"
        for path, text in {"etc/config/system": system, **self.files}.items():
            file = shared / self.id / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")


class Words(TypedDict):
    """What people call a router."""

    name: str
    description: str
    tags: tuple[str, ...]


_ACCESS_POINT: Final[dict[str, Words]] = {
    "en": {
        "name": "Workshop access point",
        "description": "Wi-Fi for benches and boards, with a look at who talks to whom.",
        "tags": ("workshop",),
    },
    "it": {
        "name": "Access point dell'officina",
        "description": "Wi-Fi per banchi e schede, e uno sguardo a chi parla con chi.",
        "tags": ("officina",),
    },
}
_GARDEN: Final[dict[str, Words]] = {
    "en": {
        "name": "Garden router",
        "description": "Reaches the props behind the hedge; its ad lists are compiled into it.",
        "tags": ("garden", "outdoors"),
    },
    "it": {
        "name": "Router del giardino",
        "description": "Arriva agli automi oltre la siepe; ha dentro le liste di pubblicità.",
        "tags": ("giardino", "esterno"),
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Routers:
    """Both of them, in one language."""

    #: Its image is built when the demo starts. It starts from a card.
    access_point: Router
    #: Its image is for people to build, and to watch being built.
    garden: Router

    @property
    def all(self) -> tuple[Router, Router]:
        """Return both."""
        return self.access_point, self.garden


def demo_routers(language: str, *, lists: int = len(LISTS)) -> Routers:
    """Return the routers, with everything named in a language; each list takes a second."""
    access_point = Router(
        **_ACCESS_POINT[language],
        id="workshop-ap",
        target=FILOGIC,
        board="bananapi_bpi-r3",
        packages=("htop", "tcpdump"),
    )
    garden = Router(
        **_GARDEN[language],
        id="garden-router",
        target=ATH79,
        board="glinet_gl-ar150",
        packages=("luci", SLOW_PACKAGE, "wireguard-tools"),
        files={_LISTS_FILE: "".join(f"{name}\n" for name in LISTS[:lists])},
    )
    return Routers(access_point=access_point, garden=garden)
