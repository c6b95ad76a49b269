"""Tools that look: profiles, builders, packages, jobs."""

from typing import Annotated

from pydantic import Field

from forge.client import pages
from forge.client.http import Client
from forge.mcp.results import Result

ProfileId = Annotated[str, Field(description="as list_profiles tells it")]
Limit = Annotated[int, Field(ge=1, le=500)]


class LookingTools:
    """Tools that change nothing."""

    def __init__(self, client: Client) -> None:
        """Ask a Forge."""
        self._client = client

    def list_profiles(
        self,
        *,
        device_id: str | None = None,
        release: str | None = None,
        target: str | None = None,
        subtarget: str | None = None,
        tags: list[str] | None = None,
    ) -> Result:
        """List profiles (what images are to hold) that match everything that is said."""
        found = pages.profiles(
            self._client,
            device_id=device_id,
            release=release,
            target=target,
            subtarget=subtarget,
            tag=tags,
        )
        return {"profiles": [{**one["profile"], "version": one["version"]} for one in found]}

    def get_profile(self, *, profile_id: ProfileId) -> Result:
        """Show a profile with its version."""
        return {"profile": self._client.get("profiles", profile_id)}

    def list_builders(self, *, state: str | None = None) -> Result:
        """List Image Builders that are kept, with their state and size."""
        told: Result = self._client.get("builders", state=state)
        return told

    def search_packages(
        self, *, release: str, target: str, subtarget: str, search: str, limit: Limit = 50
    ) -> Result:
        """Look for packages that a target's images may hold, by name or description."""
        told: Result = self._client.get(
            *("releases", release, "targets", target, subtarget, "packages"),
            search=search,
            limit=limit,
        )
        return told

    def get_job(self, *, job_id: str, log_lines: Annotated[int, Field(ge=0, le=500)] = 0) -> Result:
        """Show a job that takes long, and the last lines of its log where they are asked for."""
        job = self._client.get("jobs", job_id)
        if not log_lines:
            return {"job": job}
        size = self._client.get("jobs", job_id, "log", limit=1)["size"]
        piece = self._client.get("jobs", job_id, "log", offset=max(0, size - 65_536), limit=65_536)
        return {"job": job, "log": piece["text"].splitlines()[-log_lines:]}
