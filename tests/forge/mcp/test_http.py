"""The tools over HTTP: behind the token, and guessing it is slowed."""

from collections.abc import Iterator
import subprocess
import sys

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
import pytest

from forge.api.throttle import WRONG_TOKENS
from rig.ports import free_port
from tests.forge.house import ROOT, TOKEN, House, until
from tests.forge.mcp.conftest import use


@pytest.fixture
def url(house: House) -> Iterator[str]:
    """Run the server; return where it answers."""
    port = free_port()
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "forge", "mcp", "--http", "--port", str(port)],
        env={"PYTHONPATH": str(ROOT / "addon"), "FORGE_URL": house.url, "FORGE_TOKEN": TOKEN},
    )
    address = f"http://127.0.0.1:{port}/mcp"

    def answers() -> bool:
        try:
            return httpx2.get(address).status_code == 401
        except httpx2.TransportError:
            return False

    until(answers)
    yield address
    process.terminate()
    assert process.wait(20) in (0, -15)


async def test_the_tools_are_the_same(url: str) -> None:
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}) as http,
        Client(streamable_http_client(url, http_client=http)) as client,
    ):
        listed = await use(client, "list_profiles")
    assert [one["profile_id"] for one in listed["profiles"]] == ["attic", "broken"]


async def test_a_page_of_another_site_is_refused(url: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Origin": "https://example.org"}
    async with httpx2.AsyncClient(headers=headers) as http:
        assert (await http.post(url, json={})).status_code == 403


async def test_guessing_tokens_is_slowed(url: str) -> None:
    async with httpx2.AsyncClient() as http:
        nothing = await http.post(url, json={})
        assert (nothing.status_code, nothing.headers["www-authenticate"]) == (401, "Bearer")
        for number in range(WRONG_TOKENS):
            wrong = {"Authorization": f"Bearer guess-{number}"}
            answer = await http.post(url, json={}, headers=wrong)
            assert answer.json()["error"]["code"] == "unauthorized.token"
        right = {"Authorization": f"Bearer {TOKEN}"}
        slowed = await http.post(url, json={}, headers=right)
    assert slowed.status_code == 429
    assert 0 < int(slowed.headers["Retry-After"]) <= 61
