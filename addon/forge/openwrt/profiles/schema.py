"""What may stand in a profile: the reference's fields, under rules that let nothing through.

Packages, image names and services reach `make`, which pastes them into shell words; ids and
paths become folders. So each has a shape, and whoever runs `make` checks the profile once more.
"""

from collections.abc import Mapping
from enum import StrEnum
import hashlib
import json
from typing import Annotated, Any, Final, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from forge.errors import Invalid
from forge.shapes import Shape, problems_of

_CONTROL: Final = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff"
_LINE: Final = Shape(
    rf"[^{_CONTROL}]*[^\s{_CONTROL}][^{_CONTROL}]*", "one line of printable text, not blank"
)
_TEXT: Final = Shape(r"[^\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]*", "text without control characters")
_NAME: Final = Shape(
    r"[A-Za-z0-9_][A-Za-z0-9_.-]*", "letters, digits, _, . and -, the first a letter, a digit or _"
)
_SNAPSHOT: Final = "[Ss][Nn][Aa][Pp][Ss][Hh][Oo][Tt]"
_NUMBERED: Final = r"[0-9]+\.[0-9]+\.[0-9]+(?:-rc[0-9]+)?"
_RELEASE: Final = Shape(
    rf"(?:{_NUMBERED}|(?:[0-9]+\.[0-9]+-)?{_SNAPSHOT})",
    "a release such as 24.10.2, 25.12.0-rc1, 24.10-SNAPSHOT or SNAPSHOT",
)
_STEP: Final = rf"(?:\.|\.?[^./{_CONTROL}][^/{_CONTROL}]*|\.\.[^/{_CONTROL}]+)"
_INSIDE: Final = Shape(
    rf"{_STEP}(?:/+{_STEP})*/*", "a path within the shared folder, relative and without .."
)
_ON_DEVICE: Final = Shape(
    rf"(?:/+{_STEP})*/+(?:\.?[^./{_CONTROL}][^/{_CONTROL}]*|\.\.[^/{_CONTROL}]+)",
    "the path of a file on the device, beginning with / and without ..",
)
_PACKAGE: Final = Shape(
    r"[a-z0-9][a-z0-9+._-]*",
    "a package's name: a-z, 0-9, +, ., _ and -; what is to go stands in packages_remove",
)
_SERVICE: Final = Shape(r"[A-Za-z0-9_.-]+", "a service's name: letters, digits, _, . and -")
_IMAGE_NAME: Final = Shape(r"[A-Za-z0-9._-]{1,64}", "1 to 64 letters, digits, ., _ and -")
_BIN_DIR: Final = Shape(
    r"/?(?:\.?[A-Za-z0-9_@+-][A-Za-z0-9_.@+-]*)(?:/(?:\.?[A-Za-z0-9_@+-][A-Za-z0-9_.@+-]*))*/?",
    "a path of letters, digits, _, ., @, + and -, without ..",
)
_MODE: Final = Shape(r"0?[0-7]{3,4}", 'octal digits in quotes, such as "0644"')
_OWNER: Final = Shape(r"(?:root|0)(?::(?:root|0))?", "root:root: a device's files are root's")

_LONGEST_LINE: Final = 255

ProfileId = Annotated[str, Field(min_length=1, max_length=255), _NAME]
Line = Annotated[str, Field(min_length=1, max_length=_LONGEST_LINE), _LINE]
Tag = Annotated[str, Field(min_length=1, max_length=100), _LINE]
Text = Annotated[str, Field(max_length=20_000), _TEXT]
Target = Annotated[str, Field(min_length=1, max_length=100), _NAME]
Board = Annotated[str, Field(min_length=1, max_length=255), _NAME]
Inside = Annotated[str, Field(min_length=1, max_length=500), _INSIDE]
Mode = Annotated[str, _MODE]
Package = Annotated[str, Field(min_length=1, max_length=128), _PACKAGE]
Service = Annotated[str, Field(min_length=1, max_length=64), _SERVICE]
#: A release that does not move.
Numbered = Annotated[
    str, Field(max_length=50), Shape(_NUMBERED, "a release such as 24.10.2 or 25.12.0-rc1")
]


def is_line(text: str) -> bool:
    """Tell whether a text could be a name in a profile."""
    return len(text) <= _LONGEST_LINE and _LINE.matches(text)


def moves(release: str) -> bool:
    """Tell whether a release is a snapshot, whose packages change from day to day."""
    return release.upper().endswith("SNAPSHOT")


def _as_published(release: str) -> str:
    """Return a release as the server writes it."""
    return release.upper() if moves(release) else release


Release = Annotated[str, Field(max_length=50), _RELEASE, AfterValidator(_as_published)]
Packages = Annotated[list[Package], Field(max_length=1000)]


class Part(BaseModel):
    """The base of what a profile is made of: what is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Filesystem(StrEnum):
    """Kinds of root filesystems."""

    SQUASHFS = "squashfs"
    EXT4 = "ext4"


class OwnFile(Part):
    """A file that the image gets."""

    source: Inside = Field(description="where it is in the shared folder")
    destination: Annotated[str, Field(max_length=500), _ON_DEVICE] = Field(
        description="where it goes on the device"
    )
    mode: Mode | None = Field(default=None, description="as the source's, if not given")
    owner: Annotated[str, _OWNER] | None = None


class Policies(Part):
    """What is preferred among what OpenWrt can make."""

    filesystem: Filesystem | None = None
    include_kernel_symbols: bool | None = None
    strip_debug: bool | None = None
    auto_resize_rootfs: bool | None = None
    allow_snapshot: bool | None = Field(default=None, description="releases that move may be built")


class BuildDefaults(Part):
    """How it is built, unless a request says otherwise."""

    rebuild_if_cached: bool | None = None
    initramfs: bool | None = None
    keep_build_dir: bool | None = None


#: The rule of `allow_snapshot`, for readers of the description.
_SNAPSHOT_RULE: Final[dict[str, JsonValue]] = {
    "if": {"properties": {"openwrt_release": {"pattern": f"{_SNAPSHOT}$"}}},
    "then": {
        "required": ["policies"],
        "properties": {
            "policies": {
                "type": "object",
                "required": ["allow_snapshot"],
                "properties": {"allow_snapshot": {"const": True}},
            }
        },
    },
}


class Profile(Part):
    """What an image is to hold, and for which board."""

    model_config = ConfigDict(json_schema_extra=_SNAPSHOT_RULE)

    profile_id: ProfileId
    name: Line
    description: Text | None = None
    device_id: Line = Field(description="the device that it is for, as its owner calls it")
    tags: Annotated[list[Tag], Field(max_length=50)] | None = None
    openwrt_release: Release
    target: Target
    subtarget: Target
    imagebuilder_profile: Board = Field(description="the board, as the Image Builder calls it")
    packages: Packages | None = None
    packages_remove: Packages | None = None
    files: Annotated[list[OwnFile], Field(max_length=1000)] | None = None
    overlay_dir: Inside | None = Field(
        default=None, description="a folder in the shared folder that is laid over the image"
    )
    policies: Policies | None = None
    build_defaults: BuildDefaults | None = None
    bin_dir: Annotated[str, Field(max_length=500), _BIN_DIR] | None = None
    extra_image_name: Annotated[str, _IMAGE_NAME] | None = None
    disabled_services: Annotated[list[Service], Field(max_length=1000)] | None = None
    rootfs_partsize: int | None = Field(default=None, ge=1, le=1_048_576, description="in MB")
    add_local_key: bool | None = None
    created_by: Line | None = None
    notes: Text | None = None

    @model_validator(mode="after")
    def _moves_only_where_allowed(self) -> Self:
        if moves(self.openwrt_release) and not (self.policies and self.policies.allow_snapshot):
            raise PydanticCustomError(
                "snapshot", "a release that moves: set policies.allow_snapshot to true to build it"
            )
        return self

    def document(self) -> dict[str, Any]:
        """Return what was said, in the schema's order: what is null was not said."""
        return self.model_dump(mode="json", exclude_none=True)

    @property
    def digest(self) -> str:
        """The sha256 of what was said, in whatever order."""
        said = json.dumps(self.document(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(said.encode()).hexdigest()


class Meta(Part):
    """What an export may tell besides; an import takes none of it."""

    created_at: str | None = None
    updated_at: str | None = None
    created_by: str | None = None


class _Document(Profile):
    """A profile as it stands in a file."""

    meta: Meta | None = Field(default=None, exclude=True)


def read(raw: Mapping[str, Any]) -> Profile:
    """Return the profile that a document holds. Raise Invalid, naming each wrong field."""
    try:
        return Profile.model_validate(_Document.model_validate(dict(raw)).document())
    except ValidationError as error:
        problems = problems_of(error)
    for problem in problems:
        problem["where"] = problem["where"] or "openwrt_release"
    raise invalid(problems)


def invalid(problems: list[dict[str, str]]) -> Invalid:
    """Return what is told of a document that is no profile."""
    told = "; ".join(f"{problem['where']}: {problem['what']}" for problem in problems[:3])
    more = f"; and {len(problems) - 3} more" if len(problems) > 3 else ""  # noqa: PLR2004 - as above
    return Invalid(
        f"This is no profile: {told}{more}",
        about="profile",
        field=problems[0]["where"],
        problems=problems[:20],
    )
