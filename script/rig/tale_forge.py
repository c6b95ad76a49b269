"""What happens at the Forge in the check: images built, opened, refused, and written to a card."""

import asyncio
import hashlib
from pathlib import Path
import tempfile
import time
from typing import TYPE_CHECKING, Any, Final

from rig.card import why_no_card
from rig.errors import RigError, SlowError
from rig.hass import DOMAIN
from rig.hass_socket import CommandError
from rig.openwrt import opened
from rig.openwrt.releases import APK, OPKG_ZST
from rig.routers import SLOW_PACKAGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from rig.hass_socket import Subscription
    from rig.routers import Router
    from rig.workshop import Workshop

#: What the feeds do not have.
NOWHERE: Final = "no-such-package"
_BUILT_S: Final = 50
_TOLD_S: Final = 10
_CACHED_S: Final = 2.0

type Attributes = dict[str, Any]


class ForgeTale:
    """The steps at the Forge, in the order in which they build on each other."""

    def __init__(self, workshop: Workshop) -> None:
        """Take a workshop that runs, with a Forge."""
        if workshop.smithy is None:
            raise RigError("This workshop has no Forge")
        self.smithy = workshop.smithy
        self.forge = self.smithy.forge
        self.hass = workshop.hass
        self._temporary = tempfile.TemporaryDirectory(prefix="atelier-images-")
        self._folder = Path(self._temporary.name)
        self._card_image: tuple[dict[str, Any], Path] | None = None

    async def close(self) -> None:
        """Forget what was downloaded."""
        self._temporary.cleanup()

    async def appear(self) -> str:
        """See that Home Assistant knows the Forge, and what it offers."""
        await self.hass.wait_state(
            await self.hass.entity_id(self.smithy.unique_id("connected")), "on"
        )
        update = await self._entity("image", self.smithy.routers.access_point)
        await self.hass.wait_state(update, "on", timeout_s=_TOLD_S)
        offered = await self._attributes(update)
        versions = offered["installed_version"], offered["latest_version"]
        if versions != (OPKG_ZST.version, APK.version):
            raise RigError(f"offered are {versions}")
        return f"connected; built from {versions[0]}, {versions[1]} is offered"

    async def build(self) -> str:
        """Press the garden router's button, and follow what Home Assistant tells."""
        garden = self.smithy.routers.garden
        button, update = await self._entity("build", garden), await self._entity("image", garden)
        percents: list[float] = []

        def note(seen: dict[str, Attributes]) -> None:
            shown = seen.get(update, {})
            percent = shown.get("update_percentage")
            if shown.get("in_progress") and percent is not None:
                percents.append(percent)

        began = time.monotonic()
        async with await self._listen(update) as changes:
            await self.hass.act("button.press", {"entity_id": button})
            ended = await self._job_ends(changes, note)
        if ended["event_type"] != "done":
            raise RigError(f"the event is {ended}")
        if not percents:
            raise RigError("no progress was told")
        log = (await self.forge.get("jobs", ended["job_id"], "log", limit=200_000))["text"]
        if f"{SLOW_PACKAGE}: (1/" not in log:
            raise RigError(f"the log does not tell of {SLOW_PACKAGE}")
        took_s = time.monotonic() - began
        return f"up to {max(percents):.0f} %, {log.count('\n')} lines, done in {took_s:.0f} s"

    async def open_image(self) -> str:
        """Download the image through Home Assistant and open it with the system's own tools."""
        garden = self.smithy.routers.garden
        _, image = await self._bring(garden, "sysupgrade")
        about = await self._content(image, f"usr/share/{SLOW_PACKAGE}/lists")
        hostname = await self._content(image, "etc/config/system")
        if "adaway" not in about or f"'{garden.hostname}'" not in hostname:
            raise RigError(f"in the image: {about!r}, {hostname!r}")
        return f"{image.stat().st_size >> 10} KiB: {SLOW_PACKAGE}, hostname {garden.hostname}"

    async def build_again(self) -> str:
        """Ask for the same once more."""
        began = time.monotonic()
        garden = self.smithy.routers.garden
        started = await self._act("build_image", profile_id=garden.id)
        took_s = time.monotonic() - began
        if not started["hit"] or took_s > _CACHED_S:
            raise RigError(f"after {took_s:.1f} s: {started}")
        return f"the same image after {took_s * 1000:.0f} ms"

    async def install_update(self) -> str:
        """Let Home Assistant install the access point's update."""
        router = self.smithy.routers.access_point
        update = await self._entity("image", router)
        began = time.monotonic()
        await self.hass.act("update.install", {"entity_id": update})
        await self.hass.wait_state(update, "off", timeout_s=_BUILT_S)
        took_s = time.monotonic() - began
        artifact, packed = await self._bring(router, "sdcard", filesystem="squashfs")
        card, _ = await asyncio.to_thread(opened.unpack_card, packed, self._folder)
        release = await self._content(card, "etc/openwrt_release")
        if f"'{APK.version}'" not in release:
            raise RigError(f"the image says {release!r}")
        parts = await asyncio.to_thread(opened.partitions, card)
        self._card_image = artifact, card
        return f"{APK.version} in an image of {len(parts)} partitions after {took_s:.0f} s"

    async def refuse(self) -> str:
        """Ask for what cannot be built, and for a profile that there is not."""
        try:
            await self._act("build_image", profile_id="nobodys")
        except CommandError as error:
            if "There is no such profile" not in error.message:
                raise RigError(f"refused without its cause: {error.message}") from None
        else:
            raise RigError("a profile that is not there was built")
        async with await self._listen() as changes:
            garden = self.smithy.routers.garden
            await self._act("build_image", profile_id=garden.id, packages=[NOWHERE])
            ended = await self._job_ends(changes)
        if ended.get("code") != "build.packages_missing" or NOWHERE not in ended["message"]:
            raise RigError(f"the event is {ended}")
        return f"{ended['code']}: “{ended['message']}”"

    async def write_card(self) -> str:
        """Plan, confirm and write the access point's card, where there can be one."""
        card = self.smithy.card
        if card is None or self._card_image is None:
            return f"left out: {why_no_card()}"
        artifact, image = self._card_image
        disk = next(
            one for one in (await self._act("list_cards"))["devices"] if one["path"] == card.path
        )
        if disk["refusal"] is not None:
            raise RigError(f"{card.path} is refused: {disk['refusal']}")
        which = {"job_id": artifact["job_id"], "image": artifact["name"], "device": card.path}
        plan = (await self._act("flash_card", **which))["result"]
        async with await self._listen() as changes:
            await self._act("flash_card", token=plan["token"], overwrite=True)
            ended = await self._job_ends(changes)
        if ended["event_type"] != "done":
            raise RigError(f"the event is {ended}")
        wanted = image.read_bytes()
        with card.file.open("rb") as file:
            if file.read(len(wanted)) != wanted:
                raise RigError("the card does not hold the image")
        record = (await self.forge.get("flash", "records"))["records"][0]
        return f"{len(wanted) >> 20} MiB on {card.path}, read back: {record['result']}"

    # Inside

    async def _act(self, action: str, **data: Any) -> Any:
        """Perform one of the Forge's actions and return its response."""
        return await self.hass.act(f"atelier.{action}", data, response=True)

    async def _entity(self, key: str, router: Router) -> str:
        return await self.hass.entity_id(self.smithy.unique_id(key, router))

    async def _attributes(self, entity_id: str) -> Attributes:
        state = await self.hass.state(entity_id)
        attributes: Attributes = (state or {"attributes": {}})["attributes"]
        return attributes

    async def _bring(self, router: Router, kind: str, **more: str) -> tuple[dict[str, Any], Path]:
        """Download the file of a kind of a router's newest build, as the panel does."""
        builds = (await self._act("list_builds", profile_id=router.id))["builds"]
        newest = next(build for build in builds if build["state"] == "done")
        files = (await self._act("list_artifacts", build_id=newest["id"]))["artifacts"]
        wanted = {"type": kind} | more
        one = next(file for file in files if wanted.items() <= file.items())
        path = (
            f"/api/{DOMAIN}/forge/{self.smithy.entry_id}/jobs/{one['job_id']}/files/{one['name']}"
        )
        signed = await self.hass.command("auth/sign_path", path=path)
        content = await self.hass.rest.fetch(signed["path"])
        if hashlib.sha256(content).hexdigest() != one["sha256"]:
            raise RigError(f"{one['name']} came as something else")
        file = self._folder / one["name"]
        await asyncio.to_thread(file.write_bytes, content)
        return one, file

    async def _content(self, image: Path, path: str) -> str:
        return await asyncio.to_thread(opened.content, image, path)

    async def _listen(self, *others: str) -> Subscription:
        """Return a stream of what becomes of the Forge's jobs, and of other entities."""
        jobs = await self.hass.entity_id(self.smithy.unique_id("jobs"))
        return self.hass.stream("subscribe_entities", entity_ids=[jobs, *others])

    async def _job_ends(
        self, changes: Subscription, note: Callable[[dict[str, Attributes]], None] | None = None
    ) -> Attributes:
        """Wait until a job that begins from now on has ended; return what was told of it."""
        jobs = await self.hass.entity_id(self.smithy.unique_id("jobs"))
        seen: dict[str, Attributes] = {}
        job_id: str | None = None
        deadline = time.monotonic() + _BUILT_S
        while (left := deadline - time.monotonic()) > 0:
            change = await changes.next(timeout_s=left)
            for entity_id, added in change.get("a", {}).items():
                seen[entity_id] = dict(added["a"])
            for entity_id, changed in change.get("c", {}).items():
                seen.setdefault(entity_id, {}).update(changed.get("+", {}).get("a", {}))
                for gone in changed.get("-", {}).get("a", ()):
                    seen[entity_id].pop(gone, None)
            if note is not None:
                note(seen)
            told = seen.get(jobs, {})
            if jobs not in change.get("c", {}):
                continue
            if told["event_type"] == "queued":
                job_id = told["job_id"]
            elif told["job_id"] == job_id and told["event_type"] != "started":
                return told
        raise SlowError(f"No job has ended within {_BUILT_S} s; seen last: {seen.get(jobs)}")
