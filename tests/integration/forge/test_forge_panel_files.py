"""Files on their way from a Forge to an administrator's browser, and from there to a Forge."""

from typing import Final

from aiohttp import ClientError, web
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.integration.forge.conftest import Connect, state, until
from tests.integration.forge.test_forge_life import CONNECTED
from tests.integration.forge.wire import Wire, refusal

JOB: Final = "c" * 32
NAME: Final = "openwrt-24.10.4-x86-64+ext4.img.gz"
IMAGE: Final = bytes(range(256)) * 4000


@pytest.fixture
async def address(hass: HomeAssistant, wire: Wire, connect: Connect) -> str:
    """Return where the files of a job are."""
    entry = await connect(wire.url)
    await until(hass, lambda: state(hass, CONNECTED) == "on")
    return f"/api/atelier/forge/{entry.entry_id}/jobs/{JOB}/files"


def keep(wire: Wire) -> None:
    """Let the job keep an image."""

    async def send(request: web.Request) -> web.Response:
        assert request.headers["Accept-Encoding"] == "identity"
        return web.Response(body=IMAGE)

    wire.answers[f"jobs/{JOB}/files/{NAME}"] = send


async def test_a_file_comes_as_it_is(
    wire: Wire, address: str, hass_client: ClientSessionGenerator
) -> None:
    keep(wire)
    answer = await (await hass_client()).get(f"{address}/{NAME}")
    assert await answer.read() == IMAGE
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{NAME}"'
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Length"] == str(len(IMAGE))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert wire.token not in str(answer.headers)


async def test_a_file_that_breaks_off_does_not_pass_for_all_of_it(
    wire: Wire, address: str, hass_client: ClientSessionGenerator
) -> None:
    async def send(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(IMAGE))})
        await response.prepare(request)
        await response.write(IMAGE[: len(IMAGE) // 2])
        assert request.transport is not None
        request.transport.close()
        return response

    wire.answers[f"jobs/{JOB}/files/{NAME}"] = send
    client = await hass_client()
    with pytest.raises(ClientError):
        await (await client.get(f"{address}/{NAME}")).read()


@pytest.mark.parametrize("name", ["..%2f..%2fmetrics", "%2e%2e", "a%2fb", ".hidden", "a%0ab"])
async def test_only_a_file_is_a_file(
    wire: Wire, address: str, hass_client: ClientSessionGenerator, name: str
) -> None:
    wire.asked.clear()
    # Home Assistant itself refuses some of them.
    assert (await (await hass_client()).get(f"{address}/{name}")).status in {400, 404}
    assert wire.asked == []


async def test_nobody_else_has_it(
    wire: Wire,
    address: str,
    hass_client: ClientSessionGenerator,
    hass_client_no_auth: ClientSessionGenerator,
    hass_read_only_access_token: str,
) -> None:
    keep(wire)
    wire.asked.clear()
    reader = await hass_client(hass_read_only_access_token)
    assert (await reader.get(f"{address}/{NAME}")).status == 404
    assert (await (await hass_client_no_auth()).get(f"{address}/{NAME}")).status == 401
    assert wire.asked == []


async def test_a_file_that_there_is_not(
    wire: Wire, address: str, hass_client: ClientSessionGenerator
) -> None:
    client = await hass_client()
    assert (await client.get(f"{address}/{NAME}")).status == 404
    elsewhere = f"/api/atelier/forge/nothing/jobs/{JOB}/files/{NAME}"
    assert (await client.get(elsewhere)).status == 404

    async def full(_request: web.Request) -> web.Response:
        return refusal(503, "unavailable.database", "away")

    wire.answers[f"jobs/{JOB}/files/{NAME}"] = full
    assert (await client.get(f"{address}/{NAME}")).status == 502
    await wire.__aexit__()
    assert (await client.get(f"{address}/{NAME}")).status == 502


OVERLAY: Final = "profiles/attic/overlay"


async def test_what_lies_over_an_image_comes_as_it_was(
    wire: Wire,
    address: str,
    hass_client: ClientSessionGenerator,
    hass_read_only_access_token: str,
) -> None:
    asked: list[str] = []

    async def send(request: web.Request) -> web.Response:
        asked.append(request.query["version"])
        return web.Response(body=IMAGE)

    wire.answers[f"{OVERLAY}/archive"] = send
    client, to = await hass_client(), address.partition("/jobs/")[0]
    answer = await client.get(f"{to}/{OVERLAY}/archive?version=12")
    assert (await answer.read(), asked) == (IMAGE, ["12"])
    assert answer.headers["Content-Disposition"] == 'attachment; filename="attic.tar"'
    wire.asked.clear()
    for path in (
        f"{OVERLAY}/archive",
        f"{OVERLAY}/archive?version=0",
        f"{OVERLAY}/archive?version=1%26x=1",
        "profiles/.hidden/overlay/archive?version=1",
    ):
        assert (await client.get(f"{to}/{path}")).status == 404
    reader = await hass_client(hass_read_only_access_token)
    assert (await reader.get(f"{to}/{OVERLAY}/archive?version=12")).status == 404
    assert wire.asked == []


async def test_a_file_is_sent_as_it_comes(
    wire: Wire, address: str, hass_client: ClientSessionGenerator
) -> None:
    came: list[tuple[str, dict[str, str], bytes]] = []

    async def take(request: web.Request) -> web.Response:
        came.append((request.method, dict(request.query), await request.read()))
        return web.json_response({"version": 2})

    wire.answers[f"{OVERLAY}/file"] = take
    to = address.partition("/jobs/")[0]
    asked = f"{to}/{OVERLAY}/file?path=/etc/banner&expected=1"
    answer = await (await hass_client()).put(asked, data=IMAGE)
    assert await answer.json() == {"version": 2}
    assert came == [("PUT", {"path": "/etc/banner", "expected": "1"}, IMAGE)]


async def test_why_a_file_is_not_taken(
    wire: Wire, address: str, hass_client: ClientSessionGenerator
) -> None:
    async def refuse(request: web.Request) -> web.Response:
        await request.read()
        return refusal(413, "too_large.body", "more than 64 MiB")

    wire.answers[OVERLAY] = refuse
    client, to = await hass_client(), address.partition("/jobs/")[0]
    answer = await client.put(f"{to}/{OVERLAY}", data=IMAGE)
    assert answer.status == 422
    error = (await answer.json())["error"]
    assert (error["code"], error["translation_key"]) == ("too_large.body", "forge_refused")
    await wire.__aexit__()
    answer = await client.put(f"{to}/{OVERLAY}", data=b"x")
    assert answer.status == 502
    assert (await answer.json())["error"]["code"] == "forge_away"


async def test_nothing_else_is_sent_and_by_nobody_else(
    wire: Wire,
    address: str,
    hass_client: ClientSessionGenerator,
    hass_read_only_access_token: str,
) -> None:
    wire.asked.clear()
    client, to = await hass_client(), address.partition("/jobs/")[0]
    reader = await hass_client(hass_read_only_access_token)
    for path in ("profiles/attic", "profiles/../jobs", f"{OVERLAY}/../..", f"{OVERLAY}?A-b=1"):
        assert (await client.put(f"{to}/{path}", data=b"x")).status in {400, 404, 405}
    assert (await reader.put(f"{to}/{OVERLAY}", data=b"x")).status == 404
    nowhere = f"/api/atelier/forge/nothing/{OVERLAY}"
    assert (await client.put(nowhere, data=b"x")).status == 404
    assert wire.asked == []
