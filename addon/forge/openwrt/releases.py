"""What there is to build: releases, targets and boards, as the server lists them."""

from typing import Any

from pydantic import BaseModel, Field

from forge.errors import NotFound, Upstream
from forge.openwrt.place import Place, release_folder
from forge.openwrt.profiles.schema import moves
from forge.openwrt.upstream import Listings


class ReleaseList(BaseModel):
    """The releases, newest first."""

    stable: str | None = None
    oldstable: str | None = None
    upcoming: str | None = None
    releases: list[str]


class Target(BaseModel):
    """A family of boards."""

    target: str
    subtarget: str
    architecture: str


class BoardFacts(BaseModel):
    """A board that images can be built for."""

    id: str = Field(description="what a profile calls `imagebuilder_profile`")
    titles: list[str]
    target: str
    subtarget: str


class Image(BaseModel):
    """An image that the server has of a board, as a measure of what can be built."""

    name: str
    type: str
    filesystem: str | None = None


class BoardDetail(BoardFacts):
    """A board with what its images hold by themselves."""

    packages: list[str] = Field(description="what a board adds to the target's own packages")
    supported_devices: list[str]
    images: list[Image]


class TargetDetail(Target):
    """A target as it was published."""

    revision: str
    version: str
    epoch: int | None
    packages: list[str] = Field(description="what is in every image")
    boards: list[BoardDetail]


class Releases:
    """What the server lists."""

    def __init__(self, listings: Listings) -> None:
        """Ask by these."""
        self._listings = listings

    def all(self) -> ReleaseList:
        """Return the releases. Raise Upstream, Precondition."""
        said = self._listings.json(".versions.json")
        return ReleaseList(
            stable=said.get("stable_version") or None,
            oldstable=said.get("oldstable_version") or None,
            upcoming=said.get("upcoming_version") or None,
            releases=[str(one) for one in said.get("versions_list", [])],
        )

    def targets(self, release: str) -> list[Target]:
        """Return the targets of a release. Raise NotFound."""
        said = self._of(release, f"{release_folder(release)}/.targets.json")
        return [
            Target(target=target, subtarget=subtarget, architecture=str(arch))
            for name, arch in sorted(said.items())
            for target, _, subtarget in (name.partition("/"),)
        ]

    def boards(self, release: str, search: str = "") -> list[BoardFacts]:
        """Return the boards of a release whose names hold every word. Raise NotFound."""
        said = self._of(release, f"{release_folder(release)}/.overview.json")
        words = search.lower().split()
        found = []
        for board in said.get("profiles", []):
            titles = [title(one) for one in board.get("titles", [])]
            text = " ".join((board["id"], board["target"], *titles)).lower()
            if all(word in text for word in words):
                target, _, subtarget = board["target"].partition("/")
                found.append(
                    BoardFacts(id=board["id"], titles=titles, target=target, subtarget=subtarget)
                )
        return sorted(found, key=lambda one: (one.titles or [one.id], one.id))

    def target(self, place: Place) -> TargetDetail:
        """Return a target with its boards. Raise NotFound."""
        said = self.profiles_json(place)
        return TargetDetail(
            target=place.target,
            subtarget=place.subtarget,
            architecture=said.get("arch_packages", ""),
            revision=said.get("version_code", ""),
            version=said.get("version_number", ""),
            epoch=said.get("source_date_epoch"),
            packages=said.get("default_packages", []),
            boards=[
                BoardDetail(
                    id=name,
                    titles=[title(one) for one in board.get("titles", [])],
                    target=place.target,
                    subtarget=place.subtarget,
                    packages=board.get("device_packages", []),
                    supported_devices=board.get("supported_devices", []),
                    images=[Image.model_validate(one) for one in board.get("images", [])],
                )
                for name, board in said.get("profiles", {}).items()
            ],
        )

    def profiles_json(self, place: Place) -> dict[str, Any]:
        """Return what the server tells of a target. Raise NotFound."""
        return self._of(str(place), f"{place.folder}/profiles.json")

    def _of(self, what: str, path: str) -> dict[str, Any]:
        try:
            return self._listings.json(path)
        except Upstream as error:
            if error.facts.get("status") != 404:  # noqa: PLR2004 - not found, by HTTP
                raise
        raise NotFound(f"OpenWrt's server has no {what}", about="release", what=what)


def title(said: dict[str, Any]) -> str:
    """Return a board's name of the parts that the server tells."""
    parts = (said.get("vendor"), said.get("model"), said.get("variant"))
    return said.get("title") or " ".join(str(part) for part in parts if part)


def newest(releases: ReleaseList, release: str) -> str | None:
    """Return the stable release that a build of another one could be made from now."""
    if moves(release) or releases.stable in (None, release):
        return None
    return releases.stable
