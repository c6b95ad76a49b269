"""The page with the boards: only this computer's own browser may use it."""

from typing import TYPE_CHECKING

import aiohttp
import pytest

from rig.stage import Stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Serve a stage without boards."""
    stage = Stage({}, home="http://127.0.0.1:8123")
    await stage.start()
    yield stage
    await stage.close()


async def test_the_page_links_home(stage: Stage) -> None:
    """A newcomer finds Home Assistant from here."""
    async with aiohttp.ClientSession() as session, session.get(stage.url) as page:
        assert page.status == 200
        assert 'href="http://127.0.0.1:8123"' in await page.text()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({}, 404),
    ],
)
async def test_no_other_site_can_move_a_board(
    stage: Stage, headers: dict[str, str], status: int
) -> None:
    """Rebound names, foreign origins and plain forms are refused before anything is done."""
    headers = {"Content-Type": "application/json"} | headers
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{stage.url}/api/boards/nobody/walk", data="{}", headers=headers) as answer,
    ):
        assert answer.status == status


async def test_looking_is_not_acting(stage: Stage) -> None:
    """A link cannot do anything."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{stage.url}/api/boards/nobody/power") as answer,
    ):
        assert answer.status == 405


@pytest.mark.parametrize(
    ("part", "status", "kind"),
    [
        ("page.js", 200, "text/javascript"),
        ("page.css", 200, "text/css"),
        ("nothing.js", 404, "text/plain"),
        ("index.html", 404, "text/plain"),
    ],
)
async def test_the_page_has_parts(stage: Stage, part: str, status: int, kind: str) -> None:
    """Its scripts and its style are served, and nothing else of the folder."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{stage.url}/{part}") as answer,
    ):
        assert (answer.status, answer.content_type) == (status, kind)


async def test_a_stage_without_a_makerspace_has_no_machines(stage: Stage) -> None:
    """The page shows the props alone then."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{stage.url}/api/machines") as answer,
    ):
        assert await answer.json() == {"machines": [], "cards": []}
