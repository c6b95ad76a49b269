"""What OpenWrt's own build server publishes beside builds: branches, boards, packages.

`owut` begins with the overview, `auc` with the branches and then a board of each of their versions;
both compare what is installed with the indexes of packages.
"""

from datetime import UTC, datetime
from typing import Any, Final

from pydantic import BaseModel, JsonValue

from forge import VERSION
from forge.errors import ForgeError, NotFound, Upstream
from forge.openwrt.asu.changes import BRANCHED, SNAPSHOT, Change, branch_of, changes_until
from forge.openwrt.asu.requests import MOST_DEFAULTS, MOST_ROOTFS_MB, board
from forge.openwrt.packages import Packages
from forge.openwrt.place import Place
from forge.openwrt.releases import Releases
from forge.settings import Settings

#: Older branches are built on request, but no longer shown.
_BRANCHES: Final = 5
#: Feeds that belong to one target; the others are shared by all of an architecture.
_OWN_FEEDS: Final = frozenset({"target", "kmods"})
_CONTACT: Final = "https://github.com/atelier-home/atelier"


class PackageChange(BaseModel):
    """A package that has another name from a revision on, or is gone."""

    source: str
    target: str | None = None
    revision: int
    mandatory: bool = False


class Branch(BaseModel):
    """A line of releases."""

    name: str
    enabled: bool = True
    snapshot: bool
    path: str
    path_packages: str = "DEPRECATED"
    git_branch: str
    branch_off_rev: int | None
    versions: list[str]
    targets: dict[str, str]
    package_changes: list[PackageChange]


class Server(BaseModel):
    """What this server allows."""

    version: str
    contact: str
    allow_defaults: bool = True
    max_custom_rootfs_size_mb: int = MOST_ROOTFS_MB
    max_defaults_length: int = MOST_DEFAULTS
    repository_allow_list: list[str]


class Latest(BaseModel):
    """The releases that are up to date: what is coming first, if anything is."""

    latest: list[str]


class Overview(Latest):
    """All that a client begins with."""

    branches: dict[str, Branch]
    upstream_url: str
    server: Server


class Index(BaseModel):
    """The packages of one target's own feeds, with their versions."""

    architecture: str
    packages: dict[str, str]


class Catalog:
    """Tells clients of OpenWrt's build server what there is."""

    def __init__(self, releases: Releases, packages: Packages, settings: Settings) -> None:
        """Ask by these."""
        self._releases = releases
        self._packages = packages
        self._upstream = settings.openwrt_mirrors[0]
        self._allowed = settings.openwrt_repositories

    def latest(self) -> Latest:
        """Return the releases that are up to date. Raise Upstream, Precondition."""
        said = self._releases.all()
        return Latest(latest=[one for one in (said.upcoming, said.stable, said.oldstable) if one])

    def overview(self) -> Overview:
        """Return all that a client begins with. Raise Upstream, Precondition."""
        return Overview(
            latest=self.latest().latest,
            branches={one.name: one for one in self.branches()},
            upstream_url=self._upstream,
            server=Server(
                version=f"atelier-forge {VERSION}",
                contact=_CONTACT,
                repository_allow_list=list(self._allowed),
            ),
        )

    def branches(self) -> list[Branch]:
        """Return the newest branches that the server has; development first.

        Raise Upstream, Precondition where none can be told of.
        """
        said = self._releases.all()
        versions: dict[str, list[str]] = {}
        for release in dict.fromkeys(filter(None, (said.upcoming, *said.releases))):
            versions.setdefault(branch_of(release), []).append(release)
        newest = sorted(versions, key=_number, reverse=True)[:_BRANCHES]
        found: list[Branch] = []
        trouble: ForgeError | None = None
        for name in (SNAPSHOT, *newest):
            try:
                found.append(self._branch(name, sorted(versions.get(name, []), key=_age)))
            except ForgeError as error:
                trouble = error
        if found or trouble is None:
            return found
        if isinstance(trouble, NotFound):
            raise Upstream(f"{trouble.message}, and nothing else", about="http") from trouble
        raise trouble

    def board(self, place: Place, name: str) -> dict[str, JsonValue]:
        """Return a board of a target as it was published. Raise NotFound."""
        said = self.profiles(place)
        board_id = board(name, self._releases.target(place))
        epoch = said.get("source_date_epoch") or 0
        return {
            **{key: value for key, value in said.items() if key != "profiles"},
            **said["profiles"][board_id],
            "id": board_id,
            "build_at": datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }

    def profiles(self, place: Place) -> dict[str, Any]:
        """Return a target as it was published. Raise NotFound."""
        return self._releases.profiles_json(place)

    def targets(self, release: str) -> dict[str, str]:
        """Return the architecture of every target of a release. Raise NotFound."""
        return {
            f"{one.target}/{one.subtarget}": one.architecture
            for one in self._releases.targets(release)
        }

    def index(self, place: Place) -> Index:
        """Return the packages of a target's own feeds. Raise NotFound."""
        return Index(
            architecture=self._releases.target(place).architecture,
            packages={
                one.name: one.version
                for one in self._packages.listed(place)
                if one.feed in _OWN_FEEDS
            },
        )

    def shared_index(self, release: str, architecture: str) -> dict[str, str]:
        """Return the packages that all targets of an architecture share. Raise NotFound."""
        for one in self._releases.targets(release):
            if one.architecture == architecture:
                place = Place(release=release, target=one.target, subtarget=one.subtarget)
                return {
                    package.name: package.version
                    for package in self._packages.listed(place)
                    if package.feed not in _OWN_FEEDS
                }
        raise NotFound(
            f"{release} has no target of the architecture {architecture}",
            about="architecture",
            architecture=architecture,
        )

    def _branch(self, name: str, versions: list[str]) -> Branch:
        snapshot = name == SNAPSHOT
        return Branch(
            name=name,
            snapshot=snapshot,
            path="snapshots" if snapshot else "releases/{version}",
            git_branch="main" if snapshot else f"openwrt-{name}",
            branch_off_rev=BRANCHED.get(name),
            versions=[SNAPSHOT] if snapshot else [*reversed(versions), f"{name}-{SNAPSHOT}"],
            targets=self.targets(SNAPSHOT if snapshot else versions[-1]),
            package_changes=[_told(one) for one in changes_until(name)],
        )


def _told(change: Change) -> PackageChange:
    return PackageChange(
        source=change.source,
        target=change.target,
        revision=change.revision,
        mandatory=change.mandatory,
    )


def _number(branch: str) -> tuple[int, ...]:
    return tuple(map(int, branch.split("."))) if branch != SNAPSHOT else ()


def _age(release: str) -> tuple[tuple[int, ...], int]:
    """Sort releases of a branch by their age: candidates come before what they became."""
    number, _, candidate = release.partition("-rc")
    return tuple(map(int, number.split("."))), int(candidate) if candidate else 1 << 16
