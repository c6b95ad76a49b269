"""Profiles as files, over HTTP: checked, taken in, given out."""

from typing import Annotated, Final

from pydantic import BaseModel, Field

from forge.api.routes import Asked, Call, Routes
from forge.errors import Conflict, ForgeError, Invalid, NotFound, Unavailable
from forge.jobs.facts import Problem
from forge.openwrt.profiles.documents import Format
from forge.openwrt.profiles.exchange import Document, ImportResult, read_named
from forge.openwrt.profiles.facts import Which
from forge.openwrt.profiles.schema import Inside, Profile
from forge.shapes import Shape

ROUTES: Final = Routes("profiles")


class DocumentBody(Asked, Document):
    """A file."""


class ImportBody(Asked):
    """Files to keep the profiles of."""

    files: Annotated[list[DocumentBody], Field(min_length=1, max_length=1000)]
    update: bool = Field(default=False, description="change profiles that are there already")


class ImportFolderBody(Asked):
    """A folder to keep the profiles of."""

    folder: Inside = Field(description="within the shared folder")
    pattern: Annotated[
        str,
        Field(min_length=1, max_length=100),
        Shape(r"[^/\x00-\x1f\x7f]+", "a file's name, * and ? for what may differ"),
    ] = "*"
    update: bool = Field(default=False, description="change profiles that are there already")


class ExportBody(Asked):
    """Which profiles, and how to write them."""

    which: Which = Which()
    format: Format = Format.YAML
    meta: bool = Field(default=False, description="tell also when they were made, and by whom")


class ExportFolderBody(ExportBody):
    """Where to write them."""

    folder: Inside = Field(description="within the shared folder; made if it is missing")


class Checked(BaseModel):
    """Whether a file holds a profile."""

    valid: bool
    profile: Profile | None = None
    error: Problem | None = None


class DocumentList(BaseModel):
    """Profiles as files; no two share a name on any system."""

    files: list[Document]


class NameList(BaseModel):
    """What was written."""

    files: list[str]


@ROUTES.route("POST", "/profile-check")
def check_profile(call: Call, body: DocumentBody) -> Checked:
    """Say whether a file holds a profile, and what is wrong with it; nothing is kept."""
    try:
        return Checked(valid=True, profile=read_named(body.name, body.text))
    except ForgeError as error:
        return Checked(valid=False, error=Problem.model_validate(error.as_dict()))


@ROUTES.route("POST", "/profile-import")
def import_profiles(call: Call, body: ImportBody) -> ImportResult:
    """Keep the profiles of files, by their names: YAML, JSON or TOML, one result each."""
    return call.forge.exchange.take(body.files, update=body.update, by=call.by)


@ROUTES.route("POST", "/profile-import/folder", errors=(Invalid, NotFound, Conflict, Unavailable))
def import_profile_folder(call: Call, body: ImportFolderBody) -> ImportResult:
    """Keep the profiles of a folder within the shared folder."""
    return call.forge.exchange.take_folder(
        body.folder, pattern=body.pattern, update=body.update, by=call.by
    )


@ROUTES.route("POST", "/profile-export")
def export_profiles(call: Call, body: ExportBody) -> DocumentList:
    """Return profiles as files."""
    found = call.forge.profiles.list(body.which)
    return DocumentList(files=call.forge.exchange.give(found, body.format, meta=body.meta))


@ROUTES.route("POST", "/profile-export/folder", errors=(Invalid, Unavailable))
def export_profile_folder(call: Call, body: ExportFolderBody) -> NameList:
    """Write profiles into a folder within the shared folder."""
    found = call.forge.profiles.list(body.which)
    names = call.forge.exchange.give_folder(body.folder, found, body.format, meta=body.meta)
    return NameList(files=names)
