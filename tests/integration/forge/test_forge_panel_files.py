"""Files that jobs of a Forge keep, on their way to an administrator's browser."""

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
