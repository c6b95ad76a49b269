"""Images: found, looked at as a whole, and recognised again."""

from collections.abc import Callable
import hashlib
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from forge.errors import Integrity, NotFound, Precondition
from forge.flash.content import Content
from forge.flash.tables import HEAD, Kind, table_of
from forge.flash.trailers import Trailer
from forge.jobs.files import LocalFiles
from forge.openwrt.shared import Shared
from forge.settings import Settings

_PIECE: Final = 4 * 1024 * 1024
#: What OpenWrt names for routers' own flash, whatever its bytes look like.
_ROUTERS: Final = ".bin"


class Image(BaseModel):
    """Which image: a file that a job keeps, a build's for one; or one in the shared folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    job_id: str | None = Field(
        None, pattern=r"^[0-9a-f]{32}$", description="the job; null for the shared folder"
    )
    name: str = Field(
        pattern=r"^[^\x00]{1,255}$", description="the file's name; its path in the shared folder"
    )


class Seen(BaseModel):
    """An image that was read from its beginning to its end."""

    job_id: str | None
    name: str
    packing: str | None = Field(description="gz, xz, zst; null where it is not packed")
    table: Kind
    table_end: int = Field(description="bytes: where its last partition ends")
    size: int = Field(description="bytes that come to lie on the card")
    sha256: str = Field(description="of what comes to lie on the card")
    file_size: int
    file_sha256: str
    trailer: Trailer | None = Field(description="what was behind it and is left out")
    stamp: str = Field(description="changes with the file")


class Images:
    """Where images are kept."""

    def __init__(self, settings: Settings) -> None:
        """Look where the settings say."""
        self._files = LocalFiles(settings.data_dir)
        self._shared = Shared(settings.shared)

    def find(self, image: Image) -> Path:
        """Return where an image is. Raise NotFound, or Invalid for its name."""
        if image.job_id is not None:
            return self._files.find(image.job_id, image.name)
        path = self._shared.find(image.name)
        if not path.is_file():
            raise NotFound(f"{image.name} is no file", about="image", name=image.name)
        return path

    def check(self, image: Image, digest: str) -> None:
        """Compare a file with the hash that was kept with it. Raise Integrity."""
        if image.job_id is not None:
            expected = self._files.digest(image.job_id, image.name)
            if digest != expected:
                raise changed(image.name, expected, digest)


def look(images: Images, image: Image, *, room: int, tell: Callable[[float], None]) -> Seen:
    """Read an image that shall fit into some bytes of room. Raise Precondition or Integrity.

    `tell` is called with the percent that was read, and may raise.
    """
    path = images.find(image)
    if image.name.lower().endswith(_ROUTERS):
        raise _not_flashable(image, "is for a router's own flash")
    head = b""
    stamp = stamp_of(path)
    buffer = memoryview(bytearray(_PIECE))
    with Content(path) as content:
        while count := content.fill(buffer):
            head = head or bytes(buffer[: min(count, HEAD)])
            # Nothing is unpacked any further than the card could hold.
            check_room(image.name, content.size, room)
            tell(100 * content.read / max(1, content.file_size))
        if not content.size:
            raise Precondition(f"{image.name} is empty", about="image_empty", name=image.name)
        images.check(image, content.file_digest)
        table = table_of(head)
        if table is None:
            raise _not_flashable(image, "does not begin with a partition table")
        return Seen(
            job_id=image.job_id,
            name=image.name,
            packing=content.packing,
            table=table.kind,
            table_end=table.end,
            size=content.size,
            sha256=content.digest,
            file_size=content.read,
            file_sha256=content.file_digest,
            trailer=content.trailer,
            stamp=stamp,
        )


def check_room(name: str, size: int, room: int) -> None:
    """Raise Precondition for an image that is larger than a card."""
    if size > room:
        raise Precondition(
            f"{name} is larger than the card: {size} bytes or more, where {room} fit;"
            " take a larger card, or build with smaller partitions",
            about="image_too_large",
            name=name,
            needs=size,
            fits=room,
        )


def check_unchanged(images: Images, seen: Seen, checkpoint: Callable[[], None]) -> Path:
    """Return where the image is, if it is still what was seen. Raise NotFound or Integrity."""
    path = images.find(Image(job_id=seen.job_id, name=seen.name))
    if stamp_of(path) != seen.stamp:
        digest = _hash(path, checkpoint)
        if digest != seen.file_sha256:
            raise changed(seen.name, seen.file_sha256, digest)
    return path


def changed(name: str, expected: str | None, found: str | None) -> Integrity:
    """Return what is told of a file that is not what it was."""
    return Integrity(
        f"{name} is not the file that was kept: build or fetch it again",
        about="checksum_mismatch",
        name=name,
        expected=expected,
        found=found,
    )


def _hash(path: Path, checkpoint: Callable[[], None]) -> str:
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            checkpoint()
    return digest.hexdigest()


def stamp_of(path: Path) -> str:
    """Return what changes whenever a file is written: nobody can set its time of change."""
    stat = path.stat()
    return f"{stat.st_dev}:{stat.st_ino}:{stat.st_size}:{stat.st_mtime_ns}:{stat.st_ctime_ns}"


def _not_flashable(image: Image, why: str) -> Precondition:
    return Precondition(
        f"{image.name} {why}: only images of whole disks are written to cards",
        about="not_flashable",
        name=image.name,
    )
