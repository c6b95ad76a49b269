"""Tools that build."""

from typing import Annotated, Any, Literal

from pydantic import Field

from forge.client.http import Client
from forge.jobs.states import State
from forge.mcp.looking import Limit, ProfileId
from forge.mcp.results import Result
from forge.mcp.waiting import ended

BuildId = Annotated[str, Field(description="as build_image or list_builds tells it")]


class BuildTools:
    """Builds and what they left."""

    def __init__(self, client: Client) -> None:
        """Ask a Forge."""
        self._client = client

    def build_image(
        self,
        *,
        profile_id: ProfileId,
        force_rebuild: bool = False,
        extra_packages: list[str] | None = None,
    ) -> Result:
        """Build a profile's image, or find the one that has been built of the same.

        Where it takes long, the result's status is not `done` yet: ask get_build again.
        """
        body: dict[str, Any] = {"profile_id": profile_id, "packages": extra_packages or []}
        if force_rebuild:
            body["rebuild"] = True
        started = self._client.post("builds", body=body)
        if not started["hit"]:
            ended(self._client, started["job_id"])
        return self._told(self._client.get("builds", started["build"]["id"]))

    def build_images_batch(
        self,
        *,
        profile_ids: list[str] | None = None,
        device_id: str | None = None,
        release: str | None = None,
        target: str | None = None,
        subtarget: str | None = None,
        tags: list[str] | None = None,
        mode: Literal["best-effort", "fail-fast"] = "best-effort",
        force_rebuild: bool = False,
    ) -> Result:
        """Build many profiles: those that are named, or all that match. `success` means all."""
        said = {
            "profile_ids": profile_ids,
            "device_id": device_id,
            "release": release,
            "target": target,
            "subtarget": subtarget,
            "tag": tags,
            "mode": mode,
            "rebuild": force_rebuild or None,
        }
        body = {name: value for name, value in said.items() if value is not None}
        job = ended(self._client, self._client.post("builds", "batch", body=body)["id"])
        if job["result"] is None:
            return {"job": job}
        return {"success": job["result"]["failed"] == 0, "job_id": job["id"], **job["result"]}

    def list_builds(
        self,
        *,
        profile_id: str | None = None,
        status: State | None = None,
        limit: Limit = 100,
    ) -> Result:
        """List builds, newest first."""
        found = self._client.get(
            "builds",
            profile_id=profile_id,
            state=status.value if status else None,
            limit=limit,
        )["builds"]
        return {"builds": [_brief(build) for build in found]}

    def get_build(self, *, build_id: BuildId) -> Result:
        """Show a build: its status, what it was made of, and the files that it left."""
        build = self._client.get("builds", build_id)
        return {**self._told(build), "build": build}

    def list_artifacts(
        self, *, build_id: BuildId, kind: str | None = None, limit: Limit = 100
    ) -> Result:
        """List the files of a build; `kind` is a type such as sysupgrade, factory or sdcard."""
        made = self._client.get("builds", build_id)["artifacts"]
        fit = [_artifact(one) for one in made if kind in (None, one["type"])]
        return {"artifacts": fit[:limit]}

    def _told(self, build: dict[str, Any]) -> Result:
        return {
            **_brief(build),
            "artifacts": [_artifact(one) for one in build["artifacts"]],
            "log_path": f"/api/v1/jobs/{build['id']}/log",
        }


def _brief(build: dict[str, Any]) -> dict[str, Any]:
    return {
        "build_id": build["id"],
        "profile_id": build["profile_id"],
        "status": build["state"],
        "step": build["step"],
        "percent": build["percent"],
        "cache_hit": build["hit"],
        "created_at": build["created_at"],
        "finished_at": build["finished_at"],
        "problem": build["error"],
    }


def _artifact(told: dict[str, Any]) -> dict[str, Any]:
    """Return a file under the names that the reference has for what it is."""
    return {
        "id": f"{told['job_id']}/{told['name']}",
        "filename": told["name"],
        "kind": told["type"],
        "size_bytes": told["size"],
        "sha256": told["sha256"],
        "card": told["card"],
        "relative_path": f"jobs/{told['job_id']}/files/{told['name']}",
    }
