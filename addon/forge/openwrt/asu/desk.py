"""Requests in the form of OpenWrt's own build server, answered by builds."""

import json
from typing import Any

from forge.errors import Busy, Invalid, NotFound, Overloaded, Precondition, Unsupported
from forge.jobs.files import LocalFiles
from forge.jobs.states import FINISHED, State
from forge.openwrt.asu.answers import Answer, done, failed, waiting
from forge.openwrt.asu.changes import adapted
from forge.openwrt.asu.requests import BuildRequest, allowed, board
from forge.openwrt.builds.builds import Builds
from forge.openwrt.builds.facts import Build
from forge.openwrt.builds.recipe import Recipe
from forge.openwrt.place import Place
from forge.openwrt.releases import Releases
from forge.settings import Settings
from forge.store.base import now


class Asu:
    """Takes requests, and tells how far they are."""

    def __init__(
        self, builds: Builds, releases: Releases, files: LocalFiles, settings: Settings
    ) -> None:
        """Answer by these."""
        self._builds = builds
        self._releases = releases
        self._files = files
        self._allowed = settings.openwrt_repositories
        self._fresh_s = settings.openwrt_refresh_s

    def ask(self, request: BuildRequest, *, by: str = "", key: str | None = None) -> Answer:
        """Build what is asked for, or tell how far it is.

        Raise Invalid for a strange feed, Unsupported for a release or board that there is not,
        Busy while too much waits.
        """
        named = request.hash
        known = self._builds.by_request(named)
        if known is not None and self._serves(known):
            return self._told(known, named, request)
        try:
            recipe = self._recipe(request)
        except (NotFound, Precondition) as error:
            about = error.code.partition(".")[2]
            raise Unsupported(error.message, about=about, request_hash=named) from None
        try:
            started = self._builds.submit(recipe, by=by, key=key, request_hash=named)
        except Overloaded as error:
            raise Busy(error.message, about="queue", **error.facts) from None
        return self._told(started.build, named, request)

    def show(self, named: str) -> Answer:
        """Tell how far a request is. Raise NotFound."""
        known = self._builds.by_request(named)
        if known is None:
            raise NotFound("There is no such request", about="build", request_hash=named)
        return self._told(known, named, None)

    def revision(self, place: Place) -> str:
        """Return the revision of a target. Raise NotFound."""
        return self._releases.target(place).revision

    def _serves(self, build: Build) -> bool:
        """Tell whether a build answers the same request now.

        Feeds move, and files are lost: what is older is asked for again, and found if it is there.
        """
        if build.state not in FINISHED:
            return True
        if build.state is not State.DONE or build.built_at is None:
            return False
        age = (now() - build.built_at).total_seconds()
        return 0 <= age < self._fresh_s and self._is_whole(build)

    def _is_whole(self, build: Build) -> bool:
        """Tell whether all files of a build are there."""
        try:
            return all(
                self._files.find(one.job_id, one.name).stat().st_size == one.size
                for one in build.artifacts
            )
        except (NotFound, FileNotFoundError):
            return False

    def _told(self, build: Build, named: str, request: BuildRequest | None) -> Answer:
        if build.state is State.DONE:
            return done(build, named, request or _asked(build), self._listed(build))
        if build.state in FINISHED:
            return failed(build, named)
        # Only who shows one build counts how many wait before it.
        return waiting(self._builds.show(build.id) if build.state is State.QUEUED else build, named)

    def _listed(self, build: Build) -> dict[str, Any]:
        """Return what a build says of its images. Raise NotFound where its files are gone."""
        path = self._files.find(build.same_as or build.id, "profiles.json")
        listed: dict[str, Any] = json.loads(path.read_bytes())
        return listed

    def _recipe(self, request: BuildRequest) -> Recipe:
        for name, url in request.repositories.items():
            if not allowed(url, self._allowed):
                raise Invalid(
                    f"{url} is no feed that openwrt_repositories allows",
                    about="repositories",
                    name=name,
                )
        target, _, subtarget = request.target.partition("/")
        place = Place(release=request.version, target=target, subtarget=subtarget)
        try:
            found = self._releases.target(place)
        except NotFound:
            raise NotFound(
                f"Unsupported version or target: {request.version} {request.target}", about="target"
            ) from None
        name = board(request.profile, found)
        packages = adapted(
            [*request.packages_versions] or request.packages,
            release=request.version,
            revision=found.revision,
            target=request.target,
            board=name,
        )
        return Recipe(
            place=place,
            board=name,
            packages=packages,
            only_these=request.diff_packages,
            partsize=request.rootfs_size_mb,
            filesystem=request.filesystem,
            defaults=request.defaults,
            feeds=request.repositories,
            feeds_mode=request.repositories_mode,
            feed_keys=request.repository_keys,
            revision=request.version_code or None,
            versions={
                package: version
                for package, version in request.packages_versions.items()
                if package in packages
            },
        )


def _asked(build: Build) -> BuildRequest:
    """Return a request as its recipe remembers it, for those who ask by its hash."""
    recipe = build.recipe
    return BuildRequest.model_construct(
        version=recipe.place.release,
        version_code=recipe.revision or "",
        target=f"{recipe.place.target}/{recipe.place.subtarget}",
        profile=recipe.board,
        packages=recipe.packages,
        packages_versions=recipe.versions,
        diff_packages=recipe.only_these,
        defaults=recipe.defaults,
        rootfs_size_mb=recipe.partsize,
        filesystem=recipe.filesystem,
        repositories=recipe.feeds,
        repositories_mode=recipe.feeds_mode,
        repository_keys=recipe.feed_keys,
    )
