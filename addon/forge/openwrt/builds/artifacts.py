"""What a build left: named and typed by its own profiles.json, and checked against it."""

from dataclasses import dataclass
import hashlib
import json
from pathlib import Path
from typing import Any, Final
import zlib

from forge.errors import BuildError, Integrity
from forge.openwrt import sums
from forge.openwrt.builds.recipe import Recipe

#: Types of images that are a whole disk.
_DISKS: Final = frozenset({"sdcard", "combined", "combined-efi", "emmc"})
_SECTOR: Final = 512
_MBR: Final = b"\x55\xaa"
_INITRAMFS: Final = "initramfs"


@dataclass(frozen=True, slots=True)
class Found:
    """A file of a build."""

    path: Path
    name: str
    type: str
    filesystem: str | None
    size: int
    sha256: str
    #: It is a whole disk, which may be written to a card.
    card: bool
    is_image: bool


def collect(folder: Path, recipe: Recipe) -> list[Found]:
    """Return what a build left. Raise BuildError (`no_artifacts`), Integrity."""
    listed = _listed(folder, recipe.board)
    published = _sums(folder)
    found: list[Found] = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        said = listed.pop(path.name, None)
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        _check(path, sha256, said, published)
        type_ = said["type"] if said else _kind(path.name)
        found.append(
            Found(
                path=path,
                name=path.name,
                type=type_,
                filesystem=said.get("filesystem") if said else None,
                size=path.stat().st_size,
                sha256=sha256,
                card=said is not None and is_card(path, type_),
                is_image=said is not None,
            )
        )
    if listed:
        raise BuildError(
            f"Images are missing that the build says it made: {', '.join(sorted(listed))}",
            about="no_artifacts",
            missing=sorted(listed),
        )
    return _asked(found, recipe)


def is_card(path: Path, type_: str) -> bool:
    """Tell whether an image is a whole disk: by its type, or by its name and content."""
    if type_ in _DISKS:
        return True
    if not path.name.endswith((".img", ".img.gz")):
        return False
    with path.open("rb") as file:
        start = file.read(1 << 16)
    if path.name.endswith(".gz"):
        try:
            start = zlib.decompressobj(wbits=31).decompress(start, _SECTOR)
        except zlib.error:
            return False
    return len(start) >= _SECTOR and start[_SECTOR - 2 : _SECTOR] == _MBR


def _asked(found: list[Found], recipe: Recipe) -> list[Found]:
    """Leave out the images that were not asked for. Raise BuildError where none is left."""
    kept = [one for one in found if not one.is_image or _is_asked(one, recipe)]
    if not any(one.is_image for one in kept):
        made = sorted({one.filesystem or one.type for one in found if one.is_image})
        told = f"only {', '.join(made)} was made" if made else "the build made no image"
        raise BuildError(
            f"There is no image as it was asked for: {told}",
            about="no_artifacts",
            made=made,
            filesystem=recipe.filesystem,
        )
    if recipe.initramfs and not any(_is_initramfs(one) for one in kept):
        raise BuildError(
            f"{recipe.board} has no image that runs from memory: unset build_defaults.initramfs",
            about="no_artifacts",
        )
    return kept


def _is_asked(one: Found, recipe: Recipe) -> bool:
    if _is_initramfs(one):
        return recipe.initramfs is not False
    return recipe.filesystem is None or one.filesystem in (None, recipe.filesystem)


def _is_initramfs(one: Found) -> bool:
    return one.filesystem == _INITRAMFS or _INITRAMFS in one.name


def _listed(folder: Path, board: str) -> dict[str, dict[str, Any]]:
    """Return the images that the build's profiles.json lists, by name."""
    try:
        said = json.loads((folder / "profiles.json").read_text("utf-8"))
        images = said["profiles"].get(board, {}).get("images", [])
        return {image["name"]: image for image in images}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise BuildError(
            "The build left no profiles.json that can be read", about="no_artifacts"
        ) from None


def _sums(folder: Path) -> dict[str, str]:
    try:
        return dict(sums.parse((folder / "sha256sums").read_text("utf-8")))
    except FileNotFoundError:
        return {}


def _check(path: Path, sha256: str, said: dict[str, Any] | None, published: dict[str, str]) -> None:
    """Raise Integrity where what a file is and what is said of it differ."""
    expected = {"sha256sums": published.get(path.name)}
    if said is not None:
        expected["profiles.json"] = said.get("sha256")
    for where, digest in expected.items():
        if digest is not None and digest != sha256:
            raise Integrity(
                f"{path.name} is not what {where} of the build says",
                about="checksum_mismatch",
                file=path.name,
                expected=digest,
                actual=sha256,
            )


def _kind(name: str) -> str:
    """Return what a file is that is no image."""
    if name.endswith(".manifest"):
        return "manifest"
    return {"profiles.json": "profiles", "sha256sums": "sums"}.get(name, "other")
