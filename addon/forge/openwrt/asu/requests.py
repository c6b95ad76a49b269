"""What a client of OpenWrt's own build server asks for, and what of it is allowed."""

import hashlib
import json
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from forge.errors import NotFound
from forge.openwrt.builds.recipe import FeedName, FeedsMode, Filesystem, PublicKey, Wanted
from forge.openwrt.profiles.schema import Package
from forge.openwrt.releases import TargetDetail
from forge.settings import MirrorUrl
from forge.shapes import Shape

MOST_ROOTFS_MB: Final = 1024
MOST_DEFAULTS: Final = 20_480
_HASHED: Final = (
    *("version", "version_code", "target", "profile", "packages_versions", "diff_packages"),
    *("filesystem", "defaults", "rootfs_size_mb", "repositories", "repository_keys"),
    "repositories_mode",
)
_VERSION: Final = Shape(
    r"[0-9]+\.[0-9]+\.[0-9]+(?:-rc[0-9]+)?|(?:[0-9]+\.[0-9]+-)?SNAPSHOT", "a release"
)
_NAME: Final = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}"


def _plain(package: Any) -> Any:
    """Take the + away that some clients put before what is to come."""
    return package.removeprefix("+") if isinstance(package, str) else package


type Text = Annotated[str, Field(max_length=255), Shape(r"[\w.,-]*", "letters, digits and _.,-")]
type Asked = Annotated[Wanted, BeforeValidator(_plain)]


class BuildRequest(BaseModel):
    """What a client asks for; what else it says is passed over, as ASU does."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    distro: Literal["openwrt"] = "openwrt"
    version: Annotated[str, Field(max_length=50), _VERSION]
    version_code: Text = ""
    target: Annotated[str, Field(max_length=200), Shape(f"{_NAME}/{_NAME}", "target/subtarget")]
    profile: Annotated[str, Field(min_length=1, max_length=255), Shape(r"[\w.,-]+", "a board")]
    packages: Annotated[list[Asked], Field(max_length=1000)] = []
    packages_versions: dict[Package, Annotated[str, Field(max_length=128)]] = {}
    diff_packages: bool = False
    defaults: Annotated[str, Field(max_length=MOST_DEFAULTS)] | None = None
    rootfs_size_mb: Annotated[int, Field(ge=1, le=MOST_ROOTFS_MB)] | None = None
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
