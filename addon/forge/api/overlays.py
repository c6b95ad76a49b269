"""What profiles lay over their images, over HTTP: looked at, uploaded, downloaded."""

import asyncio
from typing import Annotated, Final

from aiohttp import web
from pydantic import BaseModel, Field

from forge.api.profiles import ProfilePath, VersionNumber, VersionQuery
from forge.api.routes import Asked, Call, Routes
from forge.api.transfers import OCTETS, received, sent_tree
from forge.errors import Conflict, Invalid, Precondition, TooLarge, Unavailable
from forge.openwrt import overlays
from forge.openwrt.entries import Kind, Origin
from forge.openwrt.profiles.facts import Kept
from forge.openwrt.profiles.schema import Mode
from forge.openwrt.shared import shown

ROUTES: Final = Routes("profiles")
#: An archive has heads and fills up blocks, around what it holds.
_AROUND: Final = 32 << 20
_REFUSED: Final = (Invalid, Conflict, Precondition, TooLarge, Unavailable)
DevicePath = Annotated[str, Field(min_length=1, max_length=500)]


class ChangeQuery(Asked):
    """What is changed."""

    expected: VersionNumber | None = Field(
        default=None, description="the version that was looked at: another one now is a conflict"
    )


class FileQuery(ChangeQuery):
    """Which file of the device."""

    path: DevicePath = Field(description="on the device, such as /etc/banner")
    mode: Mode | None = Field(
        default=None, description="octal; 0755 for scripts and programs, 0644 for others otherwise"
    )


class AwayQuery(ChangeQuery):
    """What is taken away."""

    path: DevicePath | None = Field(default=None, description="all that was uploaded, if not said")


class RestoreBody(ChangeQuery):
    """Whose upload is laid down again."""

    version: VersionNumber


class OverlayEntry(BaseModel):
    """One thing that is laid over the image."""

    path: str
    kind: Kind
    mode: str | None = Field(default=None, description="octal; links have none")
    size: int
    target: str | None = Field(default=None, description="where a link leads")
    origin: Origin = Field(description="what of the profile brings it")


class Overlay(BaseModel):
    """What a profile lays over its image, as it is now."""

    tree_hash: str
    uploaded: str | None = Field(description="the hash of what was uploaded")
    tree_hash_v1: str = Field(description="as the reference computes it")
    size: int
    entries: list[OverlayEntry]


@ROUTES.route("GET", "/profiles/{profile_id}/overlay", errors=(Invalid, Precondition))
def show_profile_overlay(call: Call, path: ProfilePath, query: VersionQuery) -> Overlay:
    """Show what a profile lays over its image: files, folders and links, with their hash."""
    kept = call.forge.profiles.show(path.profile_id, query.version)
    entries = call.forge.uploads.laid(kept)
    return Overlay(
        tree_hash=overlays.tree_hash(entries),
        uploaded=kept.overlay,
        tree_hash_v1=overlays.tree_hash_v1(entries),
        size=sum(entry.size for entry in entries),
        entries=[
            OverlayEntry(
                path=f"/{shown(entry.path)}",
                kind=entry.kind,
                mode=None if entry.kind is Kind.LINK else f"{entry.mode:04o}",
                size=entry.size,
                target=shown(entry.target) or None,
                origin=entry.origin,
            )
            for entry in entries
        ],
    )


@ROUTES.route("PUT", "/profiles/{profile_id}/overlay", upload=OCTETS, errors=_REFUSED)
async def upload_profile_overlay(call: Call, path: ProfilePath, query: ChangeQuery) -> Kept:
    """Lay an archive (tar, tar.gz, tar.xz, zip) over a profile, in the place of an earlier one."""
    uploads = call.forge.uploads
    most = uploads.most + _AROUND
    async with received(call.request, uploads.coming, call.forge.settings, most=most) as (file, _):
        return await asyncio.to_thread(
            uploads.replace, path.profile_id, file, by=call.by, expected=query.expected
        )


@ROUTES.route("PUT", "/profiles/{profile_id}/overlay/file", upload=OCTETS, errors=_REFUSED)
async def upload_profile_file(call: Call, path: ProfilePath, query: FileQuery) -> Kept:
    """Lay one file over a profile, beside what was uploaded before."""
    uploads = call.forge.uploads
    async with received(call.request, uploads.coming, call.forge.settings, most=uploads.most) as (
        file,
        _,
    ):
        return await asyncio.to_thread(
            uploads.put,
            path.profile_id,
            query.path,
            file,
            mode=int(query.mode, 8) if query.mode else None,
            by=call.by,
            expected=query.expected,
        )


@ROUTES.route("DELETE", "/profiles/{profile_id}/overlay", errors=(Invalid, Conflict))
def delete_profile_overlay(call: Call, path: ProfilePath, query: AwayQuery) -> Kept:
    """Lay nothing over a profile that was uploaded, or not one file or folder of it."""
    return call.forge.uploads.take_away(
        path.profile_id, query.path, by=call.by, expected=query.expected
    )


@ROUTES.route("POST", "/profiles/{profile_id}/overlay/restore", errors=(Conflict,))
def restore_profile_overlay(call: Call, path: ProfilePath, body: RestoreBody) -> Kept:
    """Lay over a profile what was uploaded for an earlier version of it."""
    return call.forge.uploads.restore(
        path.profile_id, body.version, by=call.by, expected=body.expected
    )


@ROUTES.route(
    "GET",
    "/profiles/{profile_id}/overlay/archive",
    media=OCTETS,
    errors=(Invalid, Precondition),
)
async def download_profile_overlay(
    call: Call, path: ProfilePath, query: VersionQuery
) -> web.StreamResponse:
    """Download all that a profile lays over its image, as a tar file."""
    return await send_archive(call, path.profile_id, query.version)


async def send_archive(call: Call, profile_id: str, version: int | None) -> web.StreamResponse:
    """Answer with what a version of a profile lays over its image, as a tar file."""
    kept = await asyncio.to_thread(call.forge.profiles.show, profile_id, version)
    entries = await asyncio.to_thread(call.forge.uploads.laid, kept)
    return await sent_tree(call, entries, f"{profile_id}.tar")
