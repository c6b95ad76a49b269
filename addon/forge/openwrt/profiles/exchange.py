"""Profiles in and out, many at once: one result for each file, whatever becomes of the others."""

from collections.abc import Callable, Iterable, Sequence
import fnmatch
from functools import partial
import hashlib
import os
from pathlib import Path, PurePath
from typing import Annotated, Final
from uuid import uuid4

from pydantic import BaseModel, Field

from forge.errors import Conflict, ForgeError, Invalid, Unavailable
from forge.jobs.facts import Problem
from forge.openwrt.profiles.documents import LONGEST, SUFFIXES, Format, parse, write
from forge.openwrt.profiles.facts import Kept
from forge.openwrt.profiles.profiles import Profiles
from forge.openwrt.profiles.schema import Profile
from forge.openwrt.shared import Shared, shown
from forge.shapes import Shape

#: Files of one folder.
MOST: Final = 5_000
_LONGEST_STEM: Final = 200
#: Names that some systems give to devices.
_RESERVED: Final = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))]
)

FileName = Annotated[
    str,
    Field(min_length=1, max_length=255),
    Shape(r"[^/\x00-\x1f\x7f]+", "a file's name without its folder"),
]


class Document(BaseModel):
    """A file's name and what it says."""

    name: FileName
    text: str = Field(max_length=LONGEST)


class Imported(BaseModel):
    """What became of a file."""

    file: str
    profile_id: str = Field(description="the file's name without its ending where it is no profile")
    success: bool
    created: bool = Field(default=False, description="the profile is new")
    version: int | None = None
    error: Problem | None = None


class ImportResult(BaseModel):
    """What became of all files."""

    total: int
    succeeded: int
    failed: int
    results: list[Imported]


class Exchange:
    """Reads and writes profiles as files: given ones, or those of the shared folder."""

    def __init__(self, profiles: Profiles, shared: Shared) -> None:
        """Work on profiles and a shared folder."""
        self._profiles = profiles
        self._shared = shared

    def take(
        self, documents: Iterable[Document], *, update: bool = False, by: str = ""
    ) -> ImportResult:
        """Keep the profiles that files hold, in the order of their names."""
        ordered = sorted(documents, key=lambda document: document.name)
        return self._take_all(
            ((document.name, partial(str, document.text)) for document in ordered),
            update=update,
            by=by,
        )

    def _take_all(
        self, files: Iterable[tuple[str, Callable[[], str | bytes]]], *, update: bool, by: str
    ) -> ImportResult:
        results = [self._take(name, text, update=update, by=by) for name, text in files]
        succeeded = sum(result.success for result in results)
        return ImportResult(
            total=len(results),
            succeeded=succeeded,
            failed=len(results) - succeeded,
            results=results,
        )

    def take_folder(
        self, folder: str, *, pattern: str = "*", update: bool = False, by: str = ""
    ) -> ImportResult:
        """Keep the profiles of a shared folder's files. Raise Invalid or NotFound for it."""
        found = self._shared.folder(folder)
        names = _names(found, pattern)
        if len(names) > MOST:
            raise Invalid(f"{folder} has {len(names)} files, {MOST} are taken", about="folder")
        return self._take_all(
            ((name, partial(self._read, found / name)) for name in names), update=update, by=by
        )

    def give(self, kept: Sequence[Kept], written: Format, *, meta: bool = False) -> list[Document]:
        """Return profiles as files with names that no two share, on any system."""
        taken: set[str] = set()
        return [
            Document(
                name=_file_name(each.profile.profile_id, written, taken),
                text=text_of(each, written, meta=meta),
            )
            for each in kept
        ]

    def give_folder(
        self, folder: str, kept: Sequence[Kept], written: Format, *, meta: bool = False
    ) -> list[str]:
        """Write profiles into a shared folder, each file whole; return the files' names."""
        documents = self.give(kept, written, meta=meta)
        try:
            found = self._shared.folder(folder, make=True)
            for document in documents:
                _replace(found / document.name, document.text)
        except OSError as error:
            raise Unavailable(
                f"{folder} cannot be written: {error.strerror}", about="folder"
            ) from None
        return [document.name for document in documents]

    def _read(self, path: Path) -> bytes:
        """Return a file's content, or more of it than a profile has."""
        try:
            with self._shared.open(path) as file:
                return file.read(LONGEST + 1)
        except OSError as error:
            raise Unavailable(
                f"{shown(path.name)} cannot be read: {error.strerror}", about="file"
            ) from None

    def _take(
        self, name: str, text: Callable[[], str | bytes], *, update: bool, by: str
    ) -> Imported:
        """Keep one file's profile; what is wrong with it is its result."""
        name = shown(name)
        profile_id = PurePath(name).stem
        try:
            profile = read_named(name, text())
            profile_id = profile.profile_id
            kept, created = self._keep(profile, update=update, by=by)
        except ForgeError as error:
            problem = Problem.model_validate(error.as_dict())
            return Imported(file=name, profile_id=profile_id, success=False, error=problem)
        return Imported(
            file=name, profile_id=profile_id, success=True, created=created, version=kept.version
        )

    def _keep(self, profile: Profile, *, update: bool, by: str) -> tuple[Kept, bool]:
        try:
            return self._profiles.create(profile, by=by), True
        except Conflict:
            if not update:
                raise
        return self._profiles.update(profile, by=by), False


def _names(folder: Path, pattern: str) -> list[str]:
    """Return the names of files that could be profiles, sorted. Raise Unavailable."""
    try:
        return sorted(
            entry.name
            for entry in os.scandir(folder)
            if PurePath(entry.name).suffix.lower() in SUFFIXES
            and not entry.name.startswith(".")
            and fnmatch.fnmatchcase(entry.name, pattern)
            and not entry.is_dir()
        )
    except OSError as error:
        raise Unavailable(f"{folder} cannot be read: {error.strerror}", about="folder") from None


def read_named(name: str, text: str | bytes) -> Profile:
    """Read a profile in the format that its file's name tells. Raise Invalid."""
    written = SUFFIXES.get(PurePath(name).suffix.lower())
    if written is None:
        raise Invalid(f"{name} ends with none of {', '.join(SUFFIXES)}", about="document")
    return parse(text, written)


def text_of(kept: Kept, written: Format, *, meta: bool = False) -> str:
    """Return a profile as text."""
    told = {"created_at": kept.created_at.isoformat(), "updated_at": kept.changed_at.isoformat()}
    if kept.profile.created_by:
        told["created_by"] = kept.profile.created_by
    return write(kept.profile, written, told if meta else None)


def _file_name(profile_id: str, written: Format, taken: set[str]) -> str:
    """Return a name that none of `taken` is, also where capitals do not count; add it there."""
    stem = profile_id
    if len(stem) > _LONGEST_STEM or stem.partition(".")[0].lower() in _RESERVED:
        stem = _marked(profile_id)
    while f"{stem}.{written}".lower() in taken:
        stem = _marked(stem)
    taken.add(f"{stem}.{written}".lower())
    return f"{stem}.{written}"


def _marked(stem: str) -> str:
    """Return a stem with a mark of what it was."""
    return f"_{stem[:_LONGEST_STEM]}-{hashlib.sha256(stem.encode()).hexdigest()[:8]}"


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all; a link that has its name is replaced, not followed."""
    coming = path.with_name(f".{uuid4().hex}.coming")
    try:
        with coming.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
        coming.replace(path)
    finally:
        coming.unlink(missing_ok=True)
