"""A model's tools over standard input and output, against a Forge that runs."""

import pytest

from forge.client.http import Client
from forge.errors import Cancelled
from forge.mcp.waiting import ended
from tests.forge.house import TOKEN, House
from tests.forge.mcp.conftest import over_stdio, use

pytestmark = pytest.mark.e2e  # a real Image Builder is fetched, and run

TOOLS = {
    "list_profiles",
    "get_profile",
    "list_builders",
    "search_packages",
    "get_job",
    "build_image",
    "build_images_batch",
    "list_builds",
    "get_build",
    "list_artifacts",
    "list_cards",
    "flash_artifact",
}


async def test_each_tool_says_what_it_may_do(house: House) -> None:
    async with over_stdio(house) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == TOOLS
    for name, tool in tools.items():
        assert tool.description
        assert tool.annotations is not None
        assert tool.annotations.destructive_hint == (
            True if name == "flash_artifact" else None if tool.annotations.read_only_hint else False
        )


async def test_from_a_profile_to_the_plan_of_a_card(house: House) -> None:
    async with over_stdio(house) as client:
        listed = await use(client, "list_profiles", tags=["lab"], release="23.05.5")
        assert [one["profile_id"] for one in listed["profiles"]] == ["attic", "broken"]
        shown = await use(client, "get_profile", profile_id="attic")
        assert shown["profile"]["profile"]["packages"] == ["htop"]
        place = {"release": "23.05.5", "target": "mediatek", "subtarget": "filogic"}
        found = await use(client, "search_packages", **place, search="htop")
        assert found["packages"][0]["name"] == "htop"

        built = await use(client, "build_image", profile_id="attic")
        assert (built["success"], built["status"], built["cache_hit"]) == (True, "done", False)
        again = await use(client, "build_image", profile_id="attic")
        assert again["build_id"] == built["build_id"]
        assert (await use(client, "list_builders"))["builders"][0]["state"] == "ready"
        builds = await use(client, "list_builds", profile_id="attic", status="done")
        assert [one["build_id"] for one in builds["builds"]] == [built["build_id"]]
        build = await use(client, "get_build", build_id=built["build_id"])
        assert build["build"]["recipe"]["board"] == "bananapi_bpi-r3"
        cards = await use(client, "list_artifacts", build_id=built["build_id"], kind="sdcard")
        assert len(cards["artifacts"]) == 2
        job = await use(client, "get_job", job_id=built["build_id"], log_lines=5)
        assert len(job["log"]) == 5
        plain = await use(client, "get_job", job_id=built["build_id"])
        assert (plain["job"]["state"], "log" in plain) == ("done", False)

        image = cards["artifacts"][0]["id"]
        refused = await use(client, "flash_artifact", artifact_id=image, device_path="/dev/sda")
        assert refused["error"]["code"] == "precondition.flashing_disabled"


async def test_every_refusal_has_its_code(house: House) -> None:
    async with over_stdio(house) as client:
        for tool, arguments, code in (
            ("get_profile", {"profile_id": "nobody"}, "not_found.profile"),
            ("get_build", {"build_id": "0" * 32}, "not_found.build"),
            ("get_job", {"job_id": "newest"}, "validation.path"),
            ("list_cards", {}, "precondition.flashing_disabled"),
            ("build_image", {"profile_id": "broken"}, "build.packages_missing"),
            (
                "build_image",
                {"profile_id": "nobody", "force_rebuild": True},
                "not_found.profile",
            ),
            (
                "flash_artifact",
                {"artifact_id": "no-slash", "device_path": "/dev/sda"},
                "validation.artifact",
            ),
            (
                "flash_artifact",
                {"artifact_id": "j/n", "device_path": "/dev/sda", "dry_run": False, "force": True},
                "precondition.force_required",
            ),
        ):
            told = await use(client, tool, **arguments)
            assert (told["success"], told["error"]["code"]) == (False, code)
        wrong = await client.call_tool("list_builds", {"limit": 0})
        assert wrong.is_error


def test_who_waits_is_told_what_became_of_it(house: House) -> None:
    client, job = Client(house.url, TOKEN), house.submit("test.stubborn")
    # Who has no more time is told how far it is.
    assert ended(client, job.id, wait_s=0)["state"] != "cancelled"
    house.forge.jobs.cancel(job.id)
    with pytest.raises(Cancelled) as told:
        ended(client, job.id)
    assert told.value.facts == {"job": job.id}


async def test_a_batch_is_a_success_only_if_all_are_built(house: House) -> None:
    async with over_stdio(house) as client:
        told = await use(client, "build_images_batch", profile_ids=["attic", "broken"])
        assert (told["success"], told["succeeded"], told["failed"]) == (False, 1, 1)
        told = await use(client, "build_images_batch", profile_ids=["attic"])
        assert (told["success"], told["hits"]) == (True, 1)
