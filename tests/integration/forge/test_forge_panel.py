"""The panel's page about a Forge: what administrators ask for, and nobody else."""

from collections.abc import Mapping
from pathlib import Path
import re
from typing import Any, Final

from aiohttp import web
from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.atelier.panel.forge.allowed import ALLOWED, FILES
from custom_components.atelier.websocket_api import FORGE_COMMANDS
from forge.api.server import ROUTES
from tests.integration.forge.conftest import Connect, state, until
from tests.integration.forge.test_forge_life import CONNECTED
from tests.integration.forge.wire import TOKEN, Wire, refusal
from tests.integration.panel import Page, page_of

JOB: Final = "a" * 32
PAGES: Final = Path(__file__).parents[3] / "frontend/src/forge"
#: These are the ways to a Forge.
NOT_PAGES: Final = {"door.ts", "http-door.ts", "socket-door.ts"}

#: What of the API pages never ask for, and why; new addresses are kept out, too.
KEPT_OUT: Final = {
    ("POST", "build"): "for the clients of OpenWrt's own build server",
    ("GET", "build/{}"): "for the clients of OpenWrt's own build server",
    ("GET", "revision/{}/{}/{}"): "for the clients of OpenWrt's own build server",
    ("POST", "profile-import/folder"): "reads folders of the Forge's host",
    ("POST", "profile-export/folder"): "writes folders of the Forge's host",
    ("POST", "jobs/{}/log"): "for workers elsewhere",
    ("PUT", "jobs/{}/files/{}"): "for workers elsewhere",
    ("GET", "jobs/{}/log/stream"): "a stream: atelier/forge/log",
    ("GET", "events"): "a stream: atelier/forge/events",
    ("POST", "tidy"): "the Forge does it by itself",
}


@pytest.fixture
async def entry_id(hass: HomeAssistant, wire: Wire, connect: Connect) -> str:
    """Return the entry of a Forge that is there."""
    entry = await connect(wire.url)
    await until(hass, lambda: state(hass, CONNECTED) == "on")
    wire.asked.clear()
    return entry.entry_id


@pytest.fixture
async def admin(hass: HomeAssistant, entry_id: str, hass_ws_client: WebSocketGenerator) -> Page:
    """Return an administrator's page."""
    return await page_of(hass, hass_ws_client, "admin", admin=True)


@pytest.fixture
async def member(hass: HomeAssistant, entry_id: str, hass_ws_client: WebSocketGenerator) -> Page:
    """Return the page of somebody who is no administrator."""
    return await page_of(hass, hass_ws_client, "member")


def ask(path: str, method: str = "GET", **more: Any) -> dict[str, Any]:
    """Return the fields of a request."""
    return {"method": method, "path": path, **more}


def _shape(path: str) -> str:
    """Return an address without the names of its parts."""
    parts = path.strip("/").split("/")
    return "/".join("{}" if part.startswith("{") else part for part in parts)


def test_pages_may_ask_for_what_there_is_and_not_for_all_of_it() -> None:
    there = {
        (route.method, _shape(route.path.removeprefix("/api/v1")))
        for route in ROUTES
        if route.path.startswith("/api/v1/")
    }
    pages = {(method, _shape(path)) for method, paths in ALLOWED.items() for path in paths}
    pages |= {("GET", _shape(path.partition("\\?")[0])) for path in FILES}
    assert pages <= there
    assert there >= KEPT_OUT.keys()
    assert not pages & KEPT_OUT.keys()


def test_pages_may_ask_for_all_that_is_written_in_them() -> None:
    written = {
        re.sub(r"\$\{[^}]*\}", "{}", address)
        for file in PAGES.rglob("*.ts")
        if file.name not in NOT_PAGES
        for address in re.findall(r'["`]/([a-z][^"`\s]*[^"`\s/])["`]', file.read_text("utf-8"))
    }
    assert len(written) > 20
    allowed = {_shape(path) for paths in ALLOWED.values() for path in paths}
    assert written <= allowed


async def test_administrators_see_the_forges(admin: Page, member: Page, entry_id: str) -> None:
    told = {"entry_id": entry_id, "title": "Forge"}
    await admin.socket.send_json_auto_id({"type": "atelier/forges"})
    assert (await admin.socket.receive_json())["result"] == {"forges": [told]}
    await member.socket.send_json_auto_id({"type": "atelier/forges"})
    assert (await member.socket.receive_json())["result"] == {"forges": []}


async def test_nobody_else_asks_for_anything(
    admin: Page, member: Page, entry_id: str, wire: Wire
) -> None:
    for command in FORGE_COMMANDS:
        name = command.name.removeprefix("atelier/")
        for entry in (entry_id, "nothing", None, {"a": 1}):
            assert await member.refused(name, entry_id=entry, **ask("jobs")) == "unauthorized"
        assert await admin.refused(name, entry_id="nothing") == "not_found"
        assert await admin.refused(name, entry_id=entry_id, nonsense=1) == "invalid_format"
    assert wire.asked == []


async def test_a_question_and_its_answer(admin: Page, entry_id: str, wire: Wire) -> None:
    seen: list[tuple[Mapping[str, str], list[str], bool]] = []

    async def answer(request: web.Request) -> web.Response:
        key = request.headers.get("Idempotency-Key", "")
        fresh = request.query.get("fresh") == "true"
        seen.append(({"key": key}, request.query.getall("state", []), fresh))
        if request.method == "DELETE":
            return web.Response(status=204)
        return web.json_response({"jobs": [request.method]})

    wire.answers |= {"jobs": answer, f"builds/{JOB}": answer, "builds": answer}
    query = {"state": ["queued", "done"], "limit": 5, "fresh": True}
    told = await admin.gets("forge/request", entry_id=entry_id, **ask("jobs", query=query))
    assert told == {"jobs": ["GET"]}
    assert seen[-1] == ({"key": ""}, ["queued", "done"], True)
    asked = ask("builds", "POST", body={"profile_id": "attic"}, idempotency_key="one")
    assert await admin.gets("forge/request", entry_id=entry_id, **asked) == {"jobs": ["POST"]}
    assert seen[-1][0] == {"key": "one"}
    assert ("POST", "builds", {"profile_id": "attic"}) in wire.asked
    gone = await admin.gets("forge/request", entry_id=entry_id, **ask(f"builds/{JOB}", "DELETE"))
    assert gone is None


async def test_text_is_answered_as_text(admin: Page, entry_id: str, wire: Wire) -> None:
    async def export(_request: web.Request) -> web.Response:
        return web.Response(text="name: attic\n")

    wire.answers["profiles/attic/export"] = export
    asked = ask("profiles/attic/export", query={"format": "yaml"})
    assert await admin.gets("forge/request", entry_id=entry_id, **asked) == "name: attic\n"


async def test_why_a_forge_does_not_do_it(admin: Page, entry_id: str, wire: Wire) -> None:
    async def refuse(_request: web.Request) -> web.Response:
        problems = [{"where": "name", "what": "must be one line"}]
        error = {"code": "validation.profile", "message": "not so", "facts": {"problems": problems}}
        return web.json_response({"error": error}, status=422)

    wire.answers["profiles"] = refuse
    answer = await admin.asks(
        "forge/request", entry_id=entry_id, **ask("profiles", "POST", body={})
    )
    assert answer["error"] == {
        "code": "validation.profile",
        "message": "not so",
        "translation_key": "forge_refused",
        "translation_domain": "atelier",
        "translation_placeholders": {
            "code": "validation.profile",
            "message": "not so",
            "facts": {"problems": [{"where": "name", "what": "must be one line"}]},
        },
    }


async def test_a_forge_that_is_not_there(
    hass: HomeAssistant, admin: Page, entry_id: str, wire: Wire
) -> None:
    async def nonsense(_request: web.Request) -> web.Response:
        return web.Response(text="{", content_type="application/json")

    wire.answers["config"] = nonsense
    assert await admin.refused("forge/request", entry_id=entry_id, **ask("config")) == "forge_none"
    wire.token = "new"
    code = await admin.refused("forge/request", entry_id=entry_id, **ask("jobs"))
    assert code == "forge_token_refused"
    await wire.__aexit__()
    assert await admin.refused("forge/request", entry_id=entry_id, **ask("jobs")) == "forge_away"


@pytest.mark.parametrize(
    "asked",
    [
        ask(""),
        ask("/jobs"),
        ask("jobs/"),
        ask("jobs\n"),
        ask("jobs?limit=1"),
        ask("jobs#x"),
        ask("../metrics"),
        ask("jobs/../../metrics"),
        ask("jobs/%2e%2e/%2e%2e/metrics"),
        ask(f"jobs/{JOB}/files/../../../metrics"),
        ask(f"jobs/{JOB}/files/x.img"),
        ask("profiles/.."),
        ask("profiles/."),
        ask("profiles/a\\b"),
        ask("profiles/a/b"),
        ask("//elsewhere/jobs"),
        ask("@elsewhere/jobs"),
        ask("openapi.json"),
        ask("events"),
        ask("tidy", "POST", body={}),
        ask("jobs", "POST", body={}),
        ask("profiles", "DELETE"),
        ask("profile-import/folder", "POST", body={}),
        ask(f"jobs/{JOB}/log", "POST", body={}),
    ],
)
async def test_what_pages_do_not_need_is_not_asked_for(
    admin: Page, entry_id: str, wire: Wire, asked: dict[str, Any]
) -> None:
    assert await admin.refused("forge/request", entry_id=entry_id, **asked) == "forge_not_asked"
    assert wire.asked == []


@pytest.mark.parametrize(
    "asked",
    [
        ask("jobs", "PATCH"),
        ask("jobs", "get"),
        ask("jobs", query={"Limit": 1}),
        ask("jobs", query={"limit": None}),
        ask("jobs", query={"limit": {"a": 1}}),
        ask("jobs", query={"state": [["done"]]}),
        ask("jobs", query=[]),
        ask("builds", "POST", body=[]),
        ask("builds", "POST", body={}, idempotency_key="two words"),
        ask("builds", "POST", body={}, idempotency_key="a\r\nX: y"),
        ask("builds", "POST", body={}, idempotency_key=""),
        ask("x" * 1001),
        {"path": "jobs"},
        {"method": "GET"},
        ask("jobs", header={"Authorization": "x"}),
    ],
)
async def test_what_has_another_form_is_not_asked_for(
    admin: Page, entry_id: str, wire: Wire, asked: dict[str, Any]
) -> None:
    assert await admin.refused("forge/request", entry_id=entry_id, **asked) == "invalid_format"
    assert wire.asked == []


async def test_the_rights_are_those_of_now(
    hass: HomeAssistant, admin: Page, entry_id: str, wire: Wire
) -> None:
    await hass.auth.async_update_user(admin.user, group_ids=[GROUP_ID_USER])
    assert await admin.refused("forge/request", entry_id=entry_id, **ask("jobs")) == "unauthorized"


async def test_an_answer_is_no_larger_than_it_may_be(
    admin: Page, entry_id: str, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.atelier.forge.client._LARGEST", 1000)

    async def large(_request: web.Request) -> web.Response:
        return web.json_response({"jobs": ["x" * 1000]})

    wire.answers["jobs"] = large
    assert await admin.refused("forge/request", entry_id=entry_id, **ask("jobs")) == "forge_none"


async def test_the_token_is_in_nothing_that_a_browser_gets(
    admin: Page, entry_id: str, wire: Wire
) -> None:
    wire.answers["jobs"] = lambda _request: _refuse()
    answers = [
        await admin.asks("forge/request", entry_id=entry_id, **ask(path))
        for path in ("config", "jobs", "metrics")
    ]
    await wire.__aexit__()
    answers.append(await admin.asks("forge/request", entry_id=entry_id, **ask("config")))
    assert TOKEN not in str(answers)


async def _refuse() -> web.Response:
    return refusal(409, "conflict.x", "no")
