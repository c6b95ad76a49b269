"""Builds over HTTP."""

from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from forge.api.routes import Asked, Call, Routes
from forge.errors import Conflict, NotFound, Precondition
from forge.jobs.facts import Job
from forge.jobs.states import State
from forge.openwrt.builds.batch import BatchMode, BatchParams
from forge.openwrt.builds.facts import Artifact, Build, CardImage, Started
from forge.openwrt.profiles.facts import Which
from forge.openwrt.profiles.schema import Package, Profile, ProfileId

ROUTES: Final = Routes("builds")
_MOST: Final = 1000
_REFUSED: Final = (NotFound, Conflict, Precondition)


def _said(name: str) -> dict[str, JsonValue]:
    """Return what the description says where a field must be given."""
    return {"properties": {name: {"not": {"type": "null"}}}, "required": [name]}


class BuildPath(Asked):
    """A build's address."""

    build_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class BuildQuery(Asked):
    """Which builds."""

    profile_id: ProfileId | None = None
    state: State | None = None
    before: str | None = Field(
        None, pattern=r"^[0-9a-f]{32}$", description="the last id of the page before"
    )
    limit: int = Field(50, ge=1, le=500)


Extra = Annotated[list[Package], Field(max_length=1000)]


class PlanBody(Asked):
    """Whose packages are to be told: a profile's that is kept, or one's that is not yet."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [_said("profile_id"), _said("profile")]})

    profile_id: ProfileId | None = None
    profile: Profile | None = None
    packages: Extra = Field([], description="more than the profile's own")

    @model_validator(mode="after")
    def _says_whose(self) -> Self:
        if (self.profile_id is None) is (self.profile is None):
            raise ValueError("say profile_id or profile, one of them")
        return self


class BuildBody(Asked):
    """What to build."""

    profile_id: ProfileId
    packages: Extra = Field([], description="more than the profile's own")
    rebuild: bool | None = Field(
        None, description="also where the same was built before; what the profile says if not given"
    )


class BatchBody(Asked, Which):
    """What to build: ids in their order, or all profiles that match."""

    mode: BatchMode = BatchMode.BEST_EFFORT
    rebuild: bool | None = None


class CardImageQuery(Asked):
    """Which images."""

    search: Annotated[str, Field(max_length=100)] = ""
    limit: int = Field(50, ge=1, le=500)


class CardImageList(BaseModel):
    """Images of whole disks, of the newest builds first."""

    images: list[CardImage]


class BuildList(BaseModel):
    """A page of builds, newest first."""

    builds: list[Build]


class ArtifactList(BaseModel):
    """The files of a build."""

    artifacts: list[Artifact]


@ROUTES.route("GET", "/builds", errors=(NotFound,))
def list_builds(call: Call, query: BuildQuery) -> BuildList:
    """List builds, newest first, without their files."""
    builds = call.forge.builds.list(
        profile_id=query.profile_id, state=query.state, before=query.before, limit=query.limit
    )
    return BuildList(builds=builds)


@ROUTES.route("POST", "/builds", status=202, errors=_REFUSED)
def start_build(call: Call, body: BuildBody) -> Started:
    """Build a profile, or find that the same was built before."""
    return call.forge.builds.start(
        body.profile_id,
        extra=body.packages,
        rebuild=body.rebuild,
        by=call.by,
        key=call.idempotency_key,
    )


@ROUTES.route("POST", "/builds/plan", status=202, errors=_REFUSED)
def plan_build(call: Call, body: PlanBody) -> Job:
    """Tell which packages an image would hold: what comes, what goes, how large it is."""
    profile = body.profile or call.forge.profiles.show(body.profile_id or "").profile
    return call.forge.builds.plan(
        profile, extra=body.packages, by=call.by, key=call.idempotency_key
    )


@ROUTES.route("POST", "/builds/batch", status=202, errors=_REFUSED)
def start_batch(call: Call, body: BatchBody) -> Job:
    """Build many profiles: the job's result has one for each."""
    key = call.idempotency_key
    which = Which.model_validate(body.model_dump(exclude={"mode", "rebuild"}))
    if which == Which():
        raise Precondition(
            "Say which profiles: profile_ids, or what they have in common", about="no_filter"
        )
    ids = which.profile_ids or [
        kept.profile.profile_id for kept in call.forge.profiles.list(which, limit=_MOST)
    ]
    if not ids:
        raise NotFound("No profile matches", about="profile")
    params = BatchParams(profile_ids=ids, mode=body.mode, rebuild=body.rebuild)
    return call.forge.builds.batch(params, by=call.by, key=key)


@ROUTES.route("GET", "/card-images")
def list_card_images(call: Call, query: CardImageQuery) -> CardImageList:
    """List images that builds left and that may be written to cards."""
    found = call.forge.builds.card_images(query.search, query.limit)
    return CardImageList(images=list(found))


@ROUTES.route("GET", "/builds/{build_id:[0-9a-f]+}")
def show_build(call: Call, path: BuildPath) -> Build:
    """Show a build."""
    return call.forge.builds.show(path.build_id)


@ROUTES.route("GET", "/builds/{build_id:[0-9a-f]+}/artifacts")
def list_artifacts(call: Call, path: BuildPath) -> ArtifactList:
    """List the files of a build; download them from the job that keeps them."""
    return ArtifactList(artifacts=call.forge.builds.show(path.build_id).artifacts)


@ROUTES.route("DELETE", "/builds/{build_id:[0-9a-f]+}", errors=(Conflict,))
def delete_build(call: Call, path: BuildPath) -> None:
    """Forget a finished build and its files."""
    call.forge.builds.delete(path.build_id)
