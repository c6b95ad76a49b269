"""Files of profiles on this computer: found, read, written."""

from collections.abc import Iterable, Iterator, Sequence
import fnmatch
from pathlib import Path, PurePath
from typing import Any, Final

from forge.cli.codes import exit_code
from forge.client.http import Told
from forge.errors import Conflict, ForgeError, Integrity, Invalid, NotFound
from forge.openwrt.profiles.documents import LONGEST, SUFFIXES

#: A request holds so many files, and so many bytes of them.
_MOST: Final = 500
_MOST_BYTES: Final = 1 << 20


def read(path: Path) -> dict[str, str]:
    """Return a file as the Forge takes it. Raise NotFound, Invalid."""
    try:
        with path.open("rb") as file:
            raw = file.read(LONGEST + 1)
    except FileNotFoundError:
        raise NotFound(f"There is no {path}", about="file", path=str(path)) from None
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}", about="file") from None
    if len(raw) > LONGEST:
        raise Invalid(f"{path} is too long: a profile has at most {LONGEST} bytes", about="file")
    try:
        return {"name": path.name, "text": raw.decode("utf-8-sig")}
    except UnicodeDecodeError as error:
        raise Invalid(f"{path} is no UTF-8: {error}", about="file") from None


def found(paths: Sequence[Path], pattern: str) -> list[Path]:
    """Return the files that are meant; those of folders by their names."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += sorted(
                one
                for one in path.iterdir()
                if one.suffix.lower() in SUFFIXES
                and fnmatch.fnmatchcase(one.name, pattern)
                and one.is_file()
            )
        else:
            files.append(path)
    return files


def batches(files: Iterable[Path]) -> Iterator[list[dict[str, str]]]:
    """Read files, as many at a time as one request holds."""
    batch: list[dict[str, str]] = []
    held = 0
    for path in files:
        document = read(path)
        length = len(document["text"].encode())
        if batch and (len(batch) >= _MOST or held + length > _MOST_BYTES):
            yield batch
            batch, held = [], 0
        batch.append(document)
        held += length
    if batch:
        yield batch


def keep(files: Sequence[dict[str, str]], folder: Path, *, force: bool) -> list[str]:
    """Write files into a folder; nothing is written where one is there already."""
    paths = [folder / _plain(document["name"]) for document in files]
    there = [str(path) for path in paths if path.exists()]
    if there and not force:
        raise Conflict(
            f"{', '.join(there[:3])} would be replaced: --force does it", about="file", paths=there
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, document in zip(paths, files, strict=True):
            path.write_text(document["text"], "utf-8", newline="")
    except OSError as error:
        raise Invalid(f"{folder} cannot be written: {error.strerror}", about="file") from None
    return [str(path) for path in paths]


def refused(error: dict[str, Any]) -> ForgeError:
    """Return what is wrong with a file, as an error."""
    return Told(error)


def code_of(error: dict[str, Any]) -> int:
    """Return the exit code of an error that was told."""
    return exit_code(error["code"])


def _plain(name: str) -> str:
    """Return a file's name that leads nowhere else. Raise Integrity."""
    if PurePath(name).name != name or name in ("", ".", ".."):
        raise Integrity(f"The Forge sent a name that is none: {name!r}", about="file")
    return name
