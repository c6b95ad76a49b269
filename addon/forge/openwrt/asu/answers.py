"""What a client of OpenWrt's own build server is told of a build."""

from datetime import UTC, datetime
from typing import Any, Final

from pydantic import BaseModel, Field, JsonValue

from forge.jobs.facts import Problem
from forge.jobs.states import State
from forge.openwrt.asu.requests import BuildRequest
from forge.openwrt.builds.facts import Build
from forge.openwrt.builds.stages import OF_THE_IMAGE

_NO_IMAGES: Final = frozenset({"manifest", "profiles", "sums", "other"})
#: What is told of a board beside its images, as its own profiles.json has it.
_OF_BOARD: Final = ("device_packages", "image_prefix", "supported_devices", "titles")
_OF_TARGET: Final = (
    *("arch_packages", "default_packages", "linux_kernel", "metadata_version"),
    *("source_date_epoch", "target", "version_code", "version_number"),
)
#: The steps that clients know, by where a build is.
_STATUS: Final = {
    State.QUEUED: "queued",
    State.PREPARING: "init",
    State.DOWNLOADING: "container_setup",
    State.VERIFYING: "container_setup",
    State.BUILDING: "building_image",
    State.COLLECTING: "building_image",
    State.DONE: "done",
}
_VALIDATING: Final = ("packages", "the board's own packages")


def _if_known() -> Any:
    return Field(None, exclude_if=lambda value: value is None)


class Answer(BaseModel):
    """What a client is told; what is not known is left out: some look whether a name is there."""

    status: int
    detail: str
    imagebuilder_status: str | None = _if_known()
    request_hash: str | None = _if_known()
    queue_position: int | None = _if_known()
    enqueued_at: str | None = _if_known()
    request: BuildRequest | None = _if_known()
    error: Problem | None = _if_known()
    stdout: str | None = _if_known()
    stderr: str | None = _if_known()
    id: str | None = _if_known()
    bin_dir: str | None = _if_known()
    build_at: str | None = _if_known()
    build_cmd: list[str] | None = _if_known()
    build_cmd_packages: list[str] | None = _if_known()
    images: list[dict[str, JsonValue]] | None = _if_known()
    manifest: dict[str, str] | None = _if_known()
    titles: list[dict[str, str]] | None = _if_known()
    device_packages: list[str] | None = _if_known()
    supported_devices: list[str] | None = _if_known()
    image_prefix: str | None = _if_known()
    default_packages: list[str] | None = _if_known()
    arch_packages: str | None = _if_known()
    linux_kernel: dict[str, JsonValue] | None = _if_known()
    metadata_version: int | None = _if_known()
    source_date_epoch: int | None = _if_known()
    target: str | None = _if_known()
    version_code: str | None = _if_known()
    version_number: str | None = _if_known()


def waiting(build: Build, named: str) -> Answer:
    """Return what is told of a build that is not finished."""
    queued = build.state is State.QUEUED
    status = _STATUS[build.state]
    if build.step in OF_THE_IMAGE:
        status = "building_image"
    elif build.step in _VALIDATING:
        status = "validate_manifest"
    return Answer(
        status=202,
        detail="queued" if queued else "started",
        imagebuilder_status=status,
        request_hash=named,
        # They tell how many are ahead; here the first of those that wait is number one.
        queue_position=max(0, (build.position or 1) - 1) if queued else None,
        enqueued_at=build.created_at.isoformat(),
    )


def failed(build: Build, named: str) -> Answer:
    """Return what is told of a build that failed, or that somebody ended."""
    error = build.error
    last = error.facts.get("last", []) if error else []
    return Answer(
        status=500,
        detail=f"Error: {error.message if error else 'The build was cancelled'}",
        imagebuilder_status="failed",
        request_hash=named,
        enqueued_at=build.created_at.isoformat(),
        error=error,
        stdout="",
        stderr="\n".join(map(str, last)),
    )


def done(build: Build, named: str, request: BuildRequest | None, listed: dict[str, Any]) -> Answer:
    """Return what is told of a finished build, whose images `profiles.json` lists."""
    facts = build.facts or {}
    board = listed["profiles"][build.recipe.board]
    unsigned = {one["name"]: one.get("sha256_unsigned") for one in board["images"]}
    epoch = listed.get("source_date_epoch")
    return Answer(
        status=200,
        detail="done",
        imagebuilder_status="done",
        request_hash=named,
        enqueued_at=build.created_at.isoformat(),
        request=request,
        stdout="",
        stderr="",
        id=build.recipe.board,
        bin_dir=build.same_as or build.id,
        build_at=(
            datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            if epoch is not None
            else None
        ),
        build_cmd=[
            *("make", "image", f"PROFILE={build.recipe.board}"),
            f"PACKAGES={' '.join(facts['packages'])}",
        ],
        build_cmd_packages=facts["packages"],
        images=[
            {
                "name": one.name,
                "type": one.type,
                "sha256": one.sha256,
                "sha256_unsigned": unsigned.get(one.name) or one.sha256,
                **({"filesystem": one.filesystem} if one.filesystem else {}),
            }
            for one in build.artifacts
            if one.type not in _NO_IMAGES
        ],
        manifest=facts["manifest"],
        **{name: board[name] for name in _OF_BOARD if name in board},
        **{name: listed[name] for name in _OF_TARGET if name in listed},
    )
