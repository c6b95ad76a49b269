"""The protocol of OpenWrt's own build server (ASU), so that its clients can use a Forge.

`owut`, the firmware selector and `auc` ask for images by it; a request's hash is its name.
"""

import hashlib
import json
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from forge.errors import ForgeError, Invalid, NotFound, Precondition
from forge.jobs.states import State
from forge.openwrt.builds.builds import Builds
from forge.openwrt.builds.facts import Build
from forge.openwrt.builds.recipe import FeedName, FeedsMode, Filesystem, PublicKey, Recipe, Wanted
from forge.openwrt.place import Place
from forge.openwrt.profiles.schema import Package
from forge.openwrt.releases import Releases, TargetDetail
from forge.settings import MirrorUrl, Settings
from forge.shapes import Shape

_HASHED: Final = (
    *("version", "version_code", "target", "profile", "packages_versions", "diff_packages"),
    *("filesystem", "defaults", "rootfs_size_mb", "repositories", "repository_keys"),
    "repositories_mode",
)
_VERSION: Final = Shape(
    r"[0-9]+\.[0-9]+\.[0-9]+(?:-rc[0-9]+)?|(?:[0-9]+\.[0-9]+-)?SNAPSHOT", "a release"
)
_NAME: Final = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}"

type Text = Annotated[str, Field(max_length=255), Shape(r"[\w.,-]*", "letters, digits and _.,-")]


class BuildRequest(BaseModel):
    """What a client asks for; what else it says is passed over, as ASU does."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    distro: Literal["openwrt"] = "openwrt"
    version: Annotated[str, Field(max_length=50), _VERSION]
    version_code: Text = ""
    target: Annotated[str, Field(max_length=200), Shape(f"{_NAME}/{_NAME}", "target/subtarget")]
    profile: Annotated[str, Field(min_length=1, max_length=255), Shape(r"[\w.,-]+", "a board")]
    packages: Annotated[list[Wanted], Field(max_length=1000)] = []
    packages_versions: dict[Package, Annotated[str, Field(max_length=128)]] = {}
    diff_packages: bool = False
    defaults: Annotated[str, Field(max_length=20_480)] | None = None
    rootfs_size_mb: Annotated[int, Field(ge=1, le=1024)] | None = None
    filesystem: Filesystem | None = None
    repositories: dict[FeedName, MirrorUrl] = {}
    repositories_mode: FeedsMode = FeedsMode.REPLACE
    repository_keys: Annotated[list[PublicKey], Field(max_length=50)] = []
    client: Annotated[str, Field(max_length=255)] | None = None

    @property
    def hash(self) -> str:
        """Return the name of this request: the same for packages in another order."""
        said = self.model_dump(mode="json", include=set(_HASHED))
        said["packages"] = sorted(set(self.packages))
        text = json.dumps(said, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


class Answer(BaseModel):
    """What an ASU client is told."""

    request_hash: str | None = None
    imagebuilder_status: str | None = None
    detail: str
    status: int
    queue_position: int | None = None
    enqueued_at: str | None = None
    build_at: str | None = None
    stderr: str = ""
    stdout: str = ""
    build_cmd: list[str] = []
    id: str | None = None
    bin_dir: str | None = None
    images: list[dict[str, Any]] = []
    titles: list[dict[str, Any]] = []
    manifest: dict[str, str] = {}
    version_code: str | None = None
    version_number: str | None = None


class Asu:
    """Requests in ASU's form, answered by builds."""

    def __init__(self, builds: Builds, releases: Releases, settings: Settings) -> None:
        """Answer by these."""
        self._builds = builds
        self._releases = releases
        self._allowed = settings.openwrt_repositories

    def ask(self, request: BuildRequest, *, by: str = "", key: str | None = None) -> Answer:
        """Build what is asked for, or tell how far it is. Raise Invalid for a strange feed."""
        named = request.hash
        known = self._builds.by_request(named)
        if known is not None and known.state not in (State.FAILED, State.CANCELLED):
            return told(known, named)
        try:
            recipe = self._recipe(request)
        except (NotFound, Precondition) as error:
            return Answer(detail=error.message, status=400, request_hash=named)
        started = self._builds.submit(recipe, by=by, key=key, request_hash=named)
        return told(started.build, named)

    def show(self, named: str) -> Answer:
        """Tell how far a request is. Raise NotFound."""
        known = self._builds.by_request(named)
        if known is None:
            raise NotFound("There is no such request", about="build", request_hash=named)
        if known.state is State.QUEUED:
            known = self._builds.show(known.id)
        return told(known, named)

    def revision(self, place: Place) -> str:
        """Return the revision of a target. Raise NotFound."""
        return self._releases.target(place).revision

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
        packages = [*request.packages_versions] or request.packages
        return Recipe(
            place=place,
            board=board(request.profile, found),
            packages=list(dict.fromkeys(packages)),
            only_these=request.diff_packages,
            partsize=request.rootfs_size_mb,
            filesystem=request.filesystem,
            defaults=request.defaults,
            feeds=request.repositories,
            feeds_mode=request.repositories_mode,
            feed_keys=request.repository_keys,
            revision=request.version_code or None,
            versions=request.packages_versions,
        )


def board(asked: str, target: TargetDetail) -> str:
    """Return a board by its name or one of a device's. Raise NotFound."""
    name = asked.replace(",", "_")
    boards = {one.id: one for one in target.boards}
    if name in boards:
        return name
    for one in target.boards:
        devices = (device.replace(",", "_") for device in one.supported_devices)
        if name in devices:
            return one.id
    if list(boards) == ["generic"]:
        return "generic"
    raise NotFound(f"Unsupported profile: {asked}", about="board", board=asked)


def allowed(url: str, prefixes: tuple[str, ...]) -> bool:
    """Tell whether a feed lies below an address that is allowed: by its parts, not its text."""
    asked = urlsplit(url)
    if "@" in asked.netloc or ".." in asked.path.split("/"):
        return False
    for prefix in map(urlsplit, prefixes):
        folder = prefix.path.rstrip("/")
        if (asked.scheme, asked.netloc) == (prefix.scheme, prefix.netloc) and (
            asked.path == folder or asked.path.startswith(f"{folder}/")
        ):
            return True
    return False


def told(build: Build, named: str) -> Answer:
    """Return what an ASU client is told of a build."""
    answer = Answer(
        request_hash=named,
        detail=build.state,
        status=202,
        imagebuilder_status=_STATUS.get(build.state, "building_image"),
        queue_position=build.position,
        enqueued_at=build.created_at.isoformat(),
    )
    if build.state is State.QUEUED:
        answer.detail = "queued"
    elif build.state is State.DONE and build.facts is not None:
        answer.status, answer.detail = 200, "done"
        maker = build.same_as or build.id
        answer.id, answer.bin_dir = build.recipe.board, maker
        answer.images = [
            {
                "name": one.name,
                "type": one.type,
                "filesystem": one.filesystem,
                "sha256": one.sha256,
                "sha256_unsigned": one.sha256,
            }
            for one in build.artifacts
            if one.type not in ("manifest", "profiles", "sums", "other")
        ]
        answer.titles = [{"title": build.facts["board"]}]
        answer.manifest = build.facts["manifest"]
        answer.version_code = build.facts["revision"]
        answer.version_number = build.recipe.place.release
        answer.build_cmd = [
            *("make", "image", f"PROFILE={build.recipe.board}"),
            f"PACKAGES={' '.join(build.facts['packages'])}",
        ]
        answer.build_at = build.built_at.isoformat() if build.built_at else None
    elif build.state in (State.FAILED, State.CANCELLED):
        answer.status, answer.imagebuilder_status = 500, "failed"
        problem = build.error or ForgeError("The build was cancelled")
        answer.detail = f"Error: {problem.message}"
        last = build.error.facts.get("last", []) if build.error else []
        answer.stderr = "\n".join(map(str, last))
    return answer


_STATUS: Final = {
    State.QUEUED: "queued",
    State.PREPARING: "init",
    State.DOWNLOADING: "container_setup",
    State.VERIFYING: "container_setup",
    State.BUILDING: "building_image",
    State.COLLECTING: "building_image",
    State.DONE: "done",
}
