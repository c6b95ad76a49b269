"""Bodies that are files: taken and sent piece by piece, by way of the disk."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
import fcntl
import hashlib
from pathlib import Path
from typing import Final
from uuid import uuid4

from aiohttp import web

from forge.api.routes import Call
from forge.errors import JobError, TooLarge, Unavailable
from forge.jobs.limits import MIB
from forge.jobs.processes import check_free
from forge.openwrt import overlays
from forge.openwrt.entries import Entry
from forge.openwrt.inputs import TREE_HASH
from forge.openwrt.uploads.packing import pack
from forge.settings import Settings

OCTETS: Final = "application/octet-stream"
_PIECE: Final = 1 << 18


@asynccontextmanager
async def received(
    request: web.Request, folder: Path, settings: Settings, *, most: int | None = None
) -> AsyncIterator[tuple[Path, str]]:
    """Have a body as a file, with its sha256, until it was used or moved.

    Raise TooLarge over `most` bytes, Unavailable where the disk is nearly full.
    """
    coming = folder / f"upload-{uuid4().hex}"
    digest, size = hashlib.sha256(), 0
    try:
        with coming.open("xb") as file:
            # As long as it is held, nobody takes it for one that was left.
            fcntl.flock(file, fcntl.LOCK_SH)
            async for piece in request.content.iter_chunked(_PIECE):
                size += len(piece)
                if most is not None and size > most:
                    raise TooLarge(
                        f"More than {most // MIB} MiB were sent: send less, or raise"
                        " overlay_limit_mb",
                        about="body",
                    )
                _must_fit(folder, settings.disk_reserve_mb * MIB)
                digest.update(piece)
                await asyncio.to_thread(file.write, piece)
            file.flush()
            yield coming, digest.hexdigest()
    finally:
        coming.unlink(missing_ok=True)


async def sent_tree(call: Call, entries: Sequence[Entry], name: str) -> web.StreamResponse:
    """Answer with an overlay as a tar file; a header tells its hash."""
    tree = await asyncio.to_thread(overlays.tree_hash, entries)
    coming = call.forge.uploads.coming / f"download-{uuid4().hex}"
    answer = web.StreamResponse(
        headers={
            "Content-Type": OCTETS,
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
            TREE_HASH: tree,
        }
    )
    try:
        with coming.open("xb+") as file:
            await asyncio.to_thread(pack, entries, file)
            answer.content_length = file.tell()
            file.seek(0)
            await answer.prepare(call.request)
            while piece := await asyncio.to_thread(file.read, _PIECE):
                await answer.write(piece)
    finally:
        coming.unlink(missing_ok=True)
    await answer.write_eof()
    return answer


def _must_fit(folder: Path, reserve: int) -> None:
    """Raise Unavailable where the disk is nearly full."""
    try:
        check_free(folder, reserve)
    except JobError as full:
        raise Unavailable(full.message, about="disk", **full.facts) from None
