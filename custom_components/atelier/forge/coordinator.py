"""Know how a Forge stands: it tells by itself, and is asked again where it cannot."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
import logging
import random
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_TOKEN, CONF_URL
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed

from ..const import DOMAIN
from ..signal import Signal
from .client import Client
from .errors import Away, ForgeError, NoForge, Refused, TokenRefused
from .facts import (
    FINISHED,
    OWN,
    RUNNING,
    Builder,
    Happening,
    Job,
    Profile,
    State,
    hindrance,
    newest,
)
from .stream import Told, told

type ForgeConfigEntry = ConfigEntry[Forge]

_LOGGER: Final = logging.getLogger(__name__)
#: What a Forge does not tell by itself: space on its disk, and new releases of OpenWrt.
_LOOK_AGAIN: Final = timedelta(minutes=30)
#: Many things may change at once, as when profiles are imported.
_SETTLE_S: Final = 0.5
_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 60.0
_PAGE: Final = 1000
_BUILDS: Final = 500
#: Pages of builds that are looked through for each profile's newest image.
_PAGES: Final = 20
#: Events that change what is kept; those of jobs tell all that is to be known.
_STOCK: Final = ("builder.", "build.", "profile.")


class Forge(DataUpdateCoordinator[State]):
    """One Forge, as it stands."""

    config_entry: ForgeConfigEntry

    def __init__(self, hass: HomeAssistant, entry: ForgeConfigEntry) -> None:
        """Prepare; nothing is asked before `start`."""
        super().__init__(
            hass,
            _LOGGER,
            config_entry=entry,
            name=entry.title,
            update_interval=_LOOK_AGAIN,
        )
        self.data = State()
        self.url: str = entry.data[CONF_URL]
        self.client = Client(async_get_clientsession(hass), self.url, entry.data[CONF_TOKEN])
        self.on_job: Signal[Happening, Job] = Signal()
        #: Whether the Forge ever told how it stands, since Home Assistant knows it.
        self._known = False
        self._last_event: int | None = None
        #: How often jobs told something.
        self._told = 0
        self._stale = asyncio.Event()

    @property
    def up(self) -> bool:
        """Whether what is known is so at this moment."""
        return self._known and self.last_update_success

    @callback
    def start(self) -> None:
        """Begin to listen. Home Assistant waits for nothing: the Forge may be away."""
        for work in (self._listen(), self._keep_read()):
            self.config_entry.async_create_background_task(
                self.hass, work, name=f"{DOMAIN} forge {self.config_entry.title}"
            )

    @callback
    def read_soon(self) -> None:
        """Have everything read soon."""
        self._stale.set()

    async def _keep_read(self) -> None:
        """Read everything when that is due, and once more where it became due meanwhile.

        The coordinator's own requests are dropped while one is carried out, which may have
        read by then what has changed.
        """
        while True:
            await self._stale.wait()
            await asyncio.sleep(_SETTLE_S)
            self._stale.clear()
            await self.async_refresh()

    @override
    async def _async_update_data(self) -> State:
        """Read everything."""
        try:
            state = await self._read()
        except TokenRefused as error:
            self._lost(error)
            raise ConfigEntryAuthFailed(
                translation_domain=DOMAIN, translation_key="forge_token_refused"
            ) from error
        except ForgeError as error:
            self._lost(error)
            raise UpdateFailed(str(error)) from error
        return state

    async def _read(self) -> State:
        """Read everything; what jobs told meanwhile is newer than what was read of them."""
        told_before = self._told
        state = await self._asked()
        if self._told == told_before:
            return state
        return replace(state, jobs=self.data.jobs, last=self.data.last)

    async def _asked(self) -> State:
        """Ask for everything. Raise ForgeError."""
        status, active, ended, builders = await asyncio.gather(
            self.client.get("status"),
            self.client.get("jobs", state=("queued", *RUNNING), own=False, limit=500),
            self.client.get("jobs", state=FINISHED, own=False, limit=1),
            self.client.get("builders"),
        )
        profiles, stable = await asyncio.gather(self._profiles(), self._stable())
        built = await self._built(profiles)
        try:
            jobs = [Job.of(one["id"], one) for one in active["jobs"]]
            last = next((Job.of(one["id"], one) for one in ended["jobs"]), None)
            return State(
                version=str(status["version"]),
                reserve=int(status["disk_reserve"]),
                jobs={job.id: job for job in jobs},
                last=last,
                profiles=profiles,
                built=built,
                builders=tuple(Builder.of(one) for one in builders["builders"]),
                disk_free=int(status["disk_free"]),
                cannot_build=hindrance(status),
                stable=stable,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise NoForge from error

    async def _profiles(self) -> dict[str, Profile]:
        found: dict[str, Profile] = {}
        after: str | None = None
        while True:
            page = (await self.client.get("profiles", after=after, limit=_PAGE)).get("profiles")
            if not isinstance(page, list):
                raise NoForge
            try:
                found |= {profile.id: profile for profile in map(Profile.of, page)}
            except (KeyError, TypeError, ValueError) as error:
                raise NoForge from error
            if len(page) < _PAGE:
                return found
            after = next(reversed(found))

    async def _built(self, profiles: Mapping[str, Profile]) -> dict[str, str]:
        """Return by profile the release of its newest image."""
        built: dict[str, str] = {}
        before: str | None = None
        for _ in range(_PAGES):
            said = await self.client.get("builds", state="done", before=before, limit=_BUILDS)
            try:
                page = said["builds"]
                for build in page:
                    if (profile_id := build["profile_id"]) is not None:
                        built.setdefault(profile_id, str(build["recipe"]["place"]["release"]))
                before = page[-1]["id"] if page else None
            except (KeyError, TypeError) as error:
                raise NoForge from error
            if len(page) < _BUILDS or profiles.keys() <= built.keys():
                break
        return built

    async def _stable(self) -> str | None:
        """Return OpenWrt's newest release; what was known, while its server is away."""
        try:
            return newest(await self.client.get("releases"))
        except TokenRefused:
            raise
        except Refused, Away:
            return self.data.stable

    # Listening

    async def _listen(self) -> None:
        """Follow what happens, for as long as the entry is loaded."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                async with self.client.stream("events", self._last_event) as frames:
                    await self._anew()
                    async for event in told(frames):
                        await self._hear(event)
                        pause_s = _FIRST_PAUSE_S
            except TokenRefused as error:
                self._lost(error)
                self.config_entry.async_start_reauth(self.hass)
                return
            except ForgeError as error:
                # A stream that breaks off says nothing yet: that it cannot be opened does.
                if pause_s > _FIRST_PAUSE_S or not self.up:
                    self._lost(error)
            await asyncio.sleep(pause_s * random.uniform(0.75, 1.25))  # noqa: S311 - no secret: Forges shall not all be asked at once
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _anew(self) -> None:
        """Read everything. Raise ForgeError."""
        state = await self._read()
        if self._known and not self.last_update_success:
            _LOGGER.info("%s is there again", self.name)
        self._known = True
        self.async_set_updated_data(state)

    @callback
    def _lost(self, error: ForgeError) -> None:
        """Say once that the Forge is away; a person may have switched it off."""
        self.last_exception = error
        if self.last_update_success:
            _LOGGER.warning("%s is away: %s", self.name, error)
            self.last_update_success = False
            self.async_update_listeners()

    async def _hear(self, event: Told) -> None:
        """Take one event."""
        if event.type == "reset":
            await self._anew()
        elif event.type.startswith("job."):
            await self._job(event)
        elif event.type.startswith(_STOCK):
            self.read_soon()
        if event.id is not None:
            self._last_event = event.id

    async def _job(self, event: Told) -> None:
        """Take what a job told, and tell it on."""
        said: Any = event.body.get("data")
        id_ = event.body.get("job_id")
        if not isinstance(said, dict) or not isinstance(id_, str):
            return
        job = Job.of(id_, said)
        if job.kind.startswith(OWN):
            return
        self._told += 1
        known = self.data.jobs.get(id_)
        jobs = {key: value for key, value in self.data.jobs.items() if key != id_}
        if job.finished:
            self._set(replace(self.data, jobs=jobs, last=job))
            self.read_soon()
        else:
            self._set(replace(self.data, jobs={**jobs, id_: job}))
        if (happening := _happening(known, job)) is not None:
            self.on_job.tell(happening, job)

    @callback
    def _set(self, state: State) -> None:
        """Show what was told."""
        self.data = state
        self.last_update_success = True
        self.async_update_listeners()


def _happening(known: Job | None, job: Job) -> Happening | None:
    """Return what is told of a job, None where nothing new is."""
    if job.finished or job.state == "queued":
        return Happening(job.state)
    began = known is None or known.state == "queued"
    return Happening.STARTED if began else None
