"""Profiles over HTTP."""

from typing import Annotated, Final

from aiohttp import web
from pydantic import BaseModel, Field

from forge.api.routes import Asked, Call, Routes
from forge.errors import Conflict
from forge.openwrt.profiles.documents import Format
from forge.openwrt.profiles.exchange import text_of
from forge.openwrt.profiles.facts import (
    Difference,
    Facets,
    Filter,
    Kept,
    Version,
    Which,
)
from forge.openwrt.profiles.schema import Line, Numbered, Profile, ProfileId, Tag

ROUTES: Final = Routes("profiles")
VersionNumber = Annotated[int, Field(ge=1, le=2**31 - 1)]


class ProfilePath(Asked):
    """A profile's address."""

    profile_id: ProfileId


class VersionQuery(Asked):
    """Which version: the newest, if none is said."""

    version: VersionNumber | None = None


class PageQuery(Asked, Filter):
    """Which profiles, by their ids."""

    after: ProfileId | None = Field(default=None, description="the last id of the page before")
    offset: int = Field(0, ge=0, le=2**31 - 1, description="how many to leave out, instead")
    limit: int = Field(100, ge=1, le=1000)


class UpdateQuery(Asked):
    """What is changed."""

    expected: VersionNumber | None = Field(
        default=None, description="the version that was looked at: another one now is a conflict"
    )


class CloneBody(Asked):
    """What the copy says differently. A release that moves is set by an update."""

    profile_id: ProfileId
    name: Line | None = None
    device_id: Line | None = None
    openwrt_release: Numbered | None = None
    tags: Annotated[list[Tag], Field(max_length=50)] | None = None


class CompareQuery(Asked):
    """What to compare with: another profile, or another version of the same."""

    version: VersionNumber | None = None
    other: ProfileId | None = None
    other_version: VersionNumber | None = None


class ExportQuery(VersionQuery):
    """How to write it."""

    format: Format = Format.YAML
    meta: bool = Field(default=False, description="tell also when it was made, and by whom")


class ProfileList(BaseModel):
    """A page of profiles, by their ids."""

    profiles: list[Kept]
    total: int = Field(description="how many match, on all pages")


class VersionList(BaseModel):
    """The versions of a profile, newest first."""

    versions: list[Version]


class DifferenceList(BaseModel):
    """What the other one says differently."""

    differences: list[Difference]


@ROUTES.route("GET", "/profiles")
def list_profiles(call: Call, query: PageQuery) -> ProfileList:
    """List profiles that match everything that is said."""
    which = Which(**query.model_dump(include=set(Filter.model_fields)))
    found = call.forge.profiles.list(
        which, after=query.after or "", offset=query.offset, limit=query.limit
    )
    return ProfileList(profiles=found, total=call.forge.profiles.count(which))


@ROUTES.route("GET", "/profile-facets")
def list_profile_facets(call: Call) -> Facets:
    """List what profiles have in common: tags, devices, releases, targets."""
    return call.forge.profiles.facets()


@ROUTES.route("POST", "/profiles", status=201, errors=(Conflict,))
def create_profile(call: Call, body: Profile) -> Kept:
    """Keep a new profile."""
    return call.forge.profiles.create(body, by=call.by)


@ROUTES.route("GET", "/profiles/{profile_id}")
def show_profile(call: Call, path: ProfilePath, query: VersionQuery) -> Kept:
    """Show a profile, as it is now or was at a version."""
    return call.forge.profiles.show(path.profile_id, query.version)


@ROUTES.route("PUT", "/profiles/{profile_id}", errors=(Conflict,))
def update_profile(call: Call, path: ProfilePath, query: UpdateQuery, body: Profile) -> Kept:
    """Keep a new version of a profile."""
    if body.profile_id != path.profile_id:
        raise Conflict(
            f"A profile keeps its id, {path.profile_id}: clone it to have it under another",
            about="profile_id",
        )
    return call.forge.profiles.update(body, by=call.by, expected=query.expected)


@ROUTES.route("DELETE", "/profiles/{profile_id}", errors=(Conflict,))
def delete_profile(call: Call, path: ProfilePath) -> None:
    """Forget a profile that no build needs."""
    call.forge.profiles.delete(path.profile_id)
    call.forge.uploads.sweep()


@ROUTES.route("POST", "/profiles/{profile_id}/clone", status=201, errors=(Conflict,))
def clone_profile(call: Call, path: ProfilePath, body: CloneBody) -> Kept:
    """Keep a copy of a profile under another id."""
    changes = body.model_dump(exclude_none=True)
    return call.forge.profiles.clone(path.profile_id, changes, by=call.by)


@ROUTES.route("GET", "/profiles/{profile_id}/versions")
def list_profile_versions(call: Call, path: ProfilePath) -> VersionList:
    """List the versions of a profile, newest first."""
    return VersionList(versions=list(call.forge.profiles.versions(path.profile_id)))


@ROUTES.route("GET", "/profiles/{profile_id}/compare")
def compare_profiles(call: Call, path: ProfilePath, query: CompareQuery) -> DifferenceList:
    """Compare a profile with another one, or with another version of itself."""
    found = call.forge.profiles.compare(
        (path.profile_id, query.version),
        (query.other or path.profile_id, query.other_version),
    )
    return DifferenceList(differences=list(found))


@ROUTES.route("GET", "/profiles/{profile_id}/export", media="text/plain")
def export_profile(call: Call, path: ProfilePath, query: ExportQuery) -> web.StreamResponse:
    """Write a profile as YAML, JSON or TOML."""
    kept = call.forge.profiles.show(path.profile_id, query.version)
    return web.Response(
        text=text_of(kept, query.format, meta=query.meta),
        content_type="text/plain",
        headers={"X-Content-Type-Options": "nosniff"},
    )
