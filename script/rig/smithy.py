"""The demo's Forge, beside a small OpenWrt: with profiles, a first build, and perhaps a card."""

import asyncio
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from forge.errors import Precondition
from forge.openwrt import host
from rig.card import Card
from rig.errors import RigError
from rig.forge import TOKEN, ForgeServer
from rig.hass import DOMAIN
from rig.openwrt.cache import CACHE, cached_folder
from rig.openwrt.faults import Drip
from rig.openwrt.mirror import Mirror
from rig.openwrt.tools import missing
from rig.places import is_closed
from rig.started import Started

if TYPE_CHECKING:
    from rig.hass import HomeAssistant
    from rig.openwrt.keys import Keys
    from rig.routers import Router, Routers

#: Tests have folders of their own: whose port moves, writes anew.
_FOLDER: Final = CACHE / "demo"
#: How fast Image Builders come, once people look: as slow as real ones, which are much larger.
_LINE_BYTES_PER_S: Final = 48 << 10
_ARCHIVES: Final = "*/openwrt-imagebuilder-*"
_BUILD_TIMEOUT_S: Final = 120


def why_no_forge() -> str | None:
    """Return why images cannot be built on this computer, None where they can."""
    if packages := missing():
        return f"images cannot be built before you install {' '.join(packages)}"
    try:
        host.check()
    except Precondition as error:
        return error.message
    return None


class Smithy(Started):
    """A Forge and all that it needs, furnished for people to use."""

    def __init__(
        self,
        routers: Routers,
        *,
        folder: Path,
        port: int = 0,
        card: bool = False,
    ) -> None:
        """Describe it; `card` has it write to a card that is a file in its folder."""
        self.routers = routers
        self._stack = contextlib.AsyncExitStack()
        self.mirror = Mirror(self._stack.enter_context(cached_folder(_FOLDER)))
        self.card = Card(folder / "card.img") if card else None
        self.forge = ForgeServer(
            folder=folder / "data",
            port=port,
            settings={
                "openwrt_mirrors": self.mirror.url,
                "openwrt_signatures": "require",
                # Somebody's own folder is not opened to users of builds: these are root's then.
                **({"build_user": 0} if is_closed(folder.absolute()) else {}),
                **(self.card.settings if self.card else {}),
            },
        )
        self.entry_id = ""

    async def start(self) -> Self:
        """Start mirror and Forge, and furnish what is not there yet."""
        try:
            if self.card is not None:
                self._stack.callback(self.card.close)
                self.card.insert()
            self._stack.push_async_callback(self.mirror.close)
            await self.mirror.start()
            _trust(self.mirror.upstream.keys, self.forge.folder)
            self._stack.push_async_callback(self.forge.close)
            await self.forge.start()
            await self._furnish()
        except BaseException:
            await self.close()
            raise
        self.mirror.fault(_ARCHIVES, Drip(_LINE_BYTES_PER_S))
        return self

    async def close(self) -> None:
        """Stop all of it."""
        await self._stack.aclose()

    async def join(self, hass: HomeAssistant) -> None:
        """Add the Forge to Home Assistant as a person would; one that is there is led here."""
        where = {"url": self.forge.url, "token": TOKEN}
        if entries := await forge_entries(hass):
            flow = await hass.flow(DOMAIN, entry_id=entries[0])
            await flow.submit(where)
            if flow.reason != "reconfigure_successful":
                raise RigError(f"The Forge could not be moved to {self.forge.url}: {flow.errors}")
            self.entry_id = entries[0]
            return
        flow = await (await hass.flow(DOMAIN)).choose("forge")
        await flow.submit(where)
        self.entry_id = flow.entry_id()

    def unique_id(self, key: str, router: Router | None = None) -> str:
        """Return the unique id of one of the Forge's entities, or of a router's."""
        of = f"/profile/{router.id}" if router else ""
        return f"forge/{self.entry_id}{of}/{key}"

    async def build(self, router: Router) -> dict[str, Any]:
        """Have an image built and wait for it; return the job."""
        started = await self.forge.post("builds", body={"profile_id": router.id})
        job = await self.forge.finished(started["job_id"], timeout_s=_BUILD_TIMEOUT_S)
        if job["state"] != "done":
            raise RigError(f"{router.name} could not be built: {job['error']}")
        return job

    async def _furnish(self) -> None:
        """Keep the profiles, unless they are kept already, and build what people shall find."""
        known = await self.forge.get("profiles")
        if known["profiles"]:
            return
        for router in self.routers.all:
            await asyncio.to_thread(router.write_overlay, self.forge.folder / "shared")
            await self.forge.post("profiles", body=router.profile)
        await self.build(self.routers.access_point)


async def forge_entries(hass: HomeAssistant) -> list[str]:
    """Return the entries of Forges: each has a device of its own, whatever it is called."""
    return [
        key.removeprefix("forge/")
        for device in await hass.devices()
        for domain, key in device["identifiers"]
        if domain == DOMAIN and key.startswith("forge/") and key.count("/") == 1
    ]


def _trust(keys: Keys, data: Path) -> None:
    """Give the Forge the keys with which the mirror signs."""
    folder = data / "openwrt" / "keys"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "openwrt.asc").write_bytes(keys.gpg_public.read_bytes())
    (folder / "openwrt.pub").write_bytes(keys.usign_public.read_bytes())
