"""What is asked of a build: everything that an image depends on, but for its Image Builder."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from forge.errors import Precondition
from forge.openwrt.place import Place
from forge.openwrt.profiles.schema import Board, Package, Profile, Service
from forge.settings import MirrorUrl
from forge.shapes import Shape

#: What `make` gets: a package, or one that is to go.
Wanted = Annotated[
    str, Field(max_length=129), Shape(r"-?[a-z0-9][a-z0-9+._-]*", "a package's name, or -name")
]
ImageName = Annotated[str, Shape(r"[A-Za-z0-9._-]{1,64}", "1 to 64 letters, digits, ., _ and -")]
FeedName = Annotated[str, Field(max_length=64), Shape(r"[A-Za-z0-9_][\w.-]*", "a feed's name")]
PublicKey = Annotated[
    str, Field(max_length=2000), Shape(r"[\x20-\x7e\r\n\t]+", "a public key as text")
]


class Filesystem(StrEnum):
    """Kinds of root filesystems that OpenWrt makes."""

    SQUASHFS = "squashfs"
    EXT4 = "ext4"
    UBIFS = "ubifs"
    EROFS = "erofs"
    JFFS2 = "jffs2"
    JFFS2_NAND = "jffs2-nand"
    TARGZ = "targz"
    CPIOGZ = "cpiogz"


class FeedsMode(StrEnum):
    """What becomes of the Image Builder's own feeds when others are given."""

    APPEND = "append"
    REPLACE = "replace"


class Recipe(BaseModel):
    """One image, asked for; checked again right before `make` gets any of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    place: Place
    board: Board
    packages: Annotated[list[Wanted], Field(max_length=3000)] = []
    #: The packages are all there shall be: what is in every image goes, unless it is named.
    only_these: bool = False
    disabled_services: Annotated[list[Service], Field(max_length=1000)] = []
    partsize: Annotated[int, Field(ge=1, le=1_048_576)] | None = None
    filesystem: Filesystem | None = None
    image_name: ImageName | None = None
    local_key: bool = False
    initramfs: bool | None = None
    defaults: Annotated[str, Field(max_length=20_480)] | None = None
    feeds: dict[FeedName, MirrorUrl] = {}
    feeds_mode: FeedsMode = FeedsMode.APPEND
    feed_keys: Annotated[list[PublicKey], Field(max_length=50)] = []
    #: What the caller expects to get: another revision, or another version, is an error.
    revision: Annotated[str, Field(max_length=64)] | None = None
    versions: dict[Package, Annotated[str, Field(max_length=128)]] = {}

    @classmethod
    def of(cls, profile: Profile, *, extra: Iterable[str] = ()) -> Self:
        """Return what a profile asks for. Raise Precondition for what no Image Builder can do."""
        _check_policies(profile)
        defaults, policies = profile.build_defaults, profile.policies
        return cls(
            place=Place.of(profile),
            board=profile.imagebuilder_profile,
            packages=wanted(profile.packages or (), profile.packages_remove or (), extra),
            disabled_services=profile.disabled_services or [],
            partsize=profile.rootfs_partsize,
            filesystem=(
                Filesystem(policies.filesystem) if policies and policies.filesystem else None
            ),
            image_name=profile.extra_image_name,
            local_key=bool(profile.add_local_key),
            initramfs=defaults.initramfs if defaults else None,
        )


def wanted(packages: Iterable[str], remove: Iterable[str], extra: Iterable[str] = ()) -> list[str]:
    """Return the words of `PACKAGES`: what comes, in its order, then what goes."""
    gone = list(dict.fromkeys(remove))
    come = [one for one in dict.fromkeys((*packages, *extra)) if one not in gone]
    return [*come, *(f"-{one}" for one in gone)]


def absolute(packages: Iterable[str], defaults: Iterable[str]) -> list[str]:
    """Return the words of `PACKAGES` that leave of an image's defaults only what is named."""
    named = list(dict.fromkeys(packages))
    gone = sorted(one for one in dict.fromkeys(defaults) if one not in named)
    return [*(f"-{one}" for one in gone if not one.startswith("-")), *named]


def _check_policies(profile: Profile) -> None:
    """Raise Precondition where a profile wants what prebuilt packages cannot be made into."""
    policies = profile.policies
    if policies is None:
        return
    impossible = {
        "include_kernel_symbols": (
            policies.include_kernel_symbols,
            "the Image Builder's kernel is built already",
        ),
        "strip_debug": (
            policies.strip_debug is False,
            "the Image Builder's packages are stripped already",
        ),
        "auto_resize_rootfs": (
            policies.auto_resize_rootfs,
            "an image's partition has one size: set rootfs_partsize",
        ),
    }
    for option, (asked, why) in impossible.items():
        if asked:
            raise Precondition(
                f"policies.{option} of {profile.profile_id} cannot be done: {why}",
                about="unsupported_option",
                option=f"policies.{option}",
            )
