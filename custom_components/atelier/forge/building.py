"""Have a Forge build images."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
import time
from typing import Any, Final

from .client import Client
from .coordinator import Forge
from .errors import ForgeError
from .facts import Job

#: The Forge tells when a job has ended; asked again in case that was missed.
_ASK_AGAIN_S: Final = 5.0


async def build(forge: Forge, client: Client, wish: Mapping[str, Any]) -> dict[str, Any]:
    """Have an image built; return what the Forge says of it at once. Raise ForgeError."""
    try:
        return await client.post("builds", wish)
    finally:
        # Also where it is refused: that the Forge can build nothing, say, is told to people.
        forge.read_soon()


async def build_from(forge: Forge, client: Client, profile_id: str, release: str) -> None:
    """Have a profile's image built from a release, which the profile names from then on.

    Where the Forge does not begin the build, the profile says again what it said.
    Raise ForgeError.
    """
    address = f"profiles/{profile_id}"
    kept = await client.get(address)
    profile, version = kept["profile"], kept["version"]
    moved = profile["openwrt_release"] != release
    if moved:
        kept = await client.ask(
            "PUT",
            address,
            query={"expected": version},
            body=profile | {"openwrt_release": release},
        )
    try:
        await build(forge, client, {"profile_id": profile_id})
    except ForgeError:
        if moved:
            back = {"expected": kept["version"]}
            with suppress(ForgeError):
                await client.ask("PUT", address, query=back, body=profile)
        raise


async def outcome(forge: Forge, job_id: str, patience_s: float) -> dict[str, Any]:
    """Return a job when it has ended, or as it stands when patience has. Raise ForgeError."""
    ended = asyncio.Event()

    def hear(_happening: object, job: Job) -> None:
        if job.id == job_id and job.finished:
            ended.set()

    stop = forge.on_job.listen(hear)
    give_up = time.monotonic() + patience_s
    try:
        while True:
            said = await forge.client.get(f"jobs/{job_id}")
            left = give_up - time.monotonic()
            if Job.of(job_id, said).finished or left <= 0:
                return said
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), min(_ASK_AGAIN_S, left))
    finally:
        stop()
