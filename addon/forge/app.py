"""The Forge put together: settings, store, queue and the services that stand on them."""

from dataclasses import dataclass
from typing import Self

from forge import rooms
from forge.flash.cards import Cards
from forge.jobs.desk import Jobs
from forge.jobs.files import LocalFiles
from forge.jobs.logs import JobLog
from forge.jobs.places import log_of
from forge.jobs.queue import Queue
from forge.openwrt.asu import Asu
from forge.openwrt.asu.catalog import Catalog
from forge.openwrt.asu.stats import Stats
from forge.openwrt.builders.builders import Builders
from forge.openwrt.builds.builds import Builds
from forge.openwrt.fetch import Mirrors
from forge.openwrt.keys import Keys
from forge.openwrt.packages import Packages
from forge.openwrt.profiles.exchange import Exchange
from forge.openwrt.profiles.profiles import Profiles
from forge.openwrt.releases import Releases
from forge.openwrt.shared import Shared
from forge.openwrt.uploads.uploads import Uploads
from forge.openwrt.upstream import Listings
from forge.settings import Settings
from forge.store.engine import Store


@dataclass(frozen=True, slots=True)
class Forge:
    """What a listener or a worker works with. Rooms add their services here."""

    settings: Settings
    store: Store
    queue: Queue
    jobs: Jobs
    files: LocalFiles
    shared: Shared
    profiles: Profiles
    exchange: Exchange
    uploads: Uploads
    releases: Releases
    packages: Packages
    builders: Builders
    builds: Builds
    asu: Asu
    catalog: Catalog
    keys: Keys
    stats: Stats
    cards: Cards

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Open everything on a store that is up to date."""
        rooms.load()
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        store = Store(settings.database)
        queue = Queue(store, settings.data_dir)
        shared = Shared(settings.shared)
        profiles = Profiles(store)
        uploads = Uploads(store, settings)
        jobs = Jobs(store, queue, settings)
        listings = Listings(settings, Mirrors.of(settings, rounds=1))
        releases = Releases(listings)
        packages = Packages(settings, listings, releases)
        builds = Builds(store, jobs, settings, profiles, uploads)
        files = LocalFiles(settings.data_dir)
        return cls(
            settings=settings,
            store=store,
            queue=queue,
            jobs=jobs,
            files=files,
            shared=shared,
            profiles=profiles,
            exchange=Exchange(profiles, shared),
            uploads=uploads,
            releases=releases,
            packages=packages,
            builders=Builders(store, jobs, settings),
            builds=builds,
            asu=Asu(builds, releases, files, settings),
            catalog=Catalog(releases, packages, settings),
            stats=Stats(store),
            keys=Keys(settings),
            cards=Cards(settings, store, jobs),
        )

    def log(self, job_id: str) -> JobLog:
        """Return a job's log."""
        return log_of(self.settings, job_id)

    def close(self) -> None:
        """Close what holds connections; they are opened again when they are needed."""
        self.queue.close()
        self.store.close()
