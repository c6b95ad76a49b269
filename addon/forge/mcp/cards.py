"""Tools for cards: what would be overwritten is told first, always."""

from typing import Annotated, Any

from pydantic import Field

from forge.client.http import Client
from forge.errors import Invalid, Precondition
from forge.mcp.results import Result
from forge.mcp.waiting import ended


class CardTools:
    """Cards of the Forge's host. The Forge refuses all of it unless its settings allow it."""

    def __init__(self, client: Client) -> None:
        """Ask a Forge."""
        self._client = client

    def list_cards(self) -> Result:
        """List all disks of the Forge's host as facts, and why one would be refused."""
        told: Result = self._client.get("flash", "devices")
        return told

    def flash_artifact(
        self,
        *,
        artifact_id: Annotated[str, Field(description="as list_artifacts tells it")],
        device_path: Annotated[str, Field(description="a whole disk that a person has named")],
        dry_run: Annotated[bool, Field(description="true: only plan, write nothing")] = True,
        plan_token: Annotated[
            str | None, Field(description="of the plan that a person has agreed to")
        ] = None,
        force: Annotated[bool, Field(description="true: overwrite all that is on it")] = False,
        wipe_before: bool = False,
    ) -> Result:
        """Plan to write a build's image to a card, then, with the plan's token, write it.

        The first call (dry_run) writes nothing and returns a plan. Show it to a person. Only when
        they agree, call again with dry_run false, the plan's token and force true.
        """
        if dry_run:
            return self._plan(artifact_id, device_path, wipe=wipe_before)
        if plan_token is None or not force:
            raise Precondition(
                "This overwrites a card: plan first (dry_run), show the plan to a person, and send"
                " its token with force true",
                about="force_required",
            )
        planned = self._client.get("flash", "plans", plan_token)
        if (device_path, _image(artifact_id)) != (planned["device"]["path"], _planned(planned)):
            raise Precondition(
                f"The plan is to write {planned['image']['name']} to {planned['device']['path']},"
                " not this: plan anew",
                about="other_plan",
                device=planned["device"]["path"],
                image=planned["image"]["name"],
            )
        job = self._client.post("flash", "writes", body={"token": plan_token, "force": True})
        return {"job": ended(self._client, job["id"])}

    def _plan(self, artifact_id: str, device_path: str, *, wipe: bool) -> Result:
        wish = {"image": _image(artifact_id), "device": device_path, "wipe": wipe}
        job = ended(self._client, self._client.post("flash", "plans", body=wish)["id"])
        if job["result"] is None:
            return {"dry_run": True, "job": job}
        plan = self._client.get("flash", "plans", job["result"]["token"])
        return {"dry_run": True, "plan_token": plan["token"], "plan": plan}


def _image(artifact_id: str) -> dict[str, str]:
    """Return the image that an id tells. Raise Invalid."""
    job_id, slash, name = artifact_id.partition("/")
    if not slash or not name:
        raise Invalid(
            f"{artifact_id!r} is no id of an artifact: take one of list_artifacts", about="artifact"
        )
    return {"job_id": job_id, "name": name}


def _planned(plan: dict[str, Any]) -> dict[str, str]:
    return {name: plan["image"][name] for name in ("job_id", "name")}
