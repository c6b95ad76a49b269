"""Who is let in, and who is not."""

import time
from typing import Any

import pytest

from forge.api import throttle as guarded
from forge.settings import Settings
from tests.forge.api.conftest import Doors


async def test_health_is_for_everybody_and_says_nothing_else(doors: Doors) -> None:
    answer = await doors.ask("GET", "/health", token=None)
    assert (answer.status, await answer.json()) == (200, {"status": "ok", "version": "0.1.0"})


@pytest.mark.parametrize(
    "path", ["/api/v1/jobs", "/api/v1/openapi.json", "/metrics", "/nothing", "/health/../metrics"]
)
async def test_everything_else_needs_the_token(doors: Doors, path: str) -> None:
    answer = await doors.ask("GET", path, token=None)
    assert answer.status == 401
    assert (await answer.json())["error"]["code"] == "unauthorized.token"


@pytest.mark.parametrize("header", ["Basic x", "Bearer", "Bearer wrong", "Bearer \u00e9", "x"])
async def test_a_wrong_token(doors: Doors, header: str) -> None:
    answer = await doors.api.get("/api/v1/jobs", headers={"Authorization": header})
    assert answer.status == 401


async def test_guessing_is_slowed_even_for_the_right_token(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(guarded.WRONG_TOKENS):
        answer = await doors.ask("GET", "/api/v1/jobs", token=f"guess-{number}")
        assert answer.status == 401
    answer = await doors.ask("GET", "/api/v1/jobs")
    assert answer.status == 429
    assert (await answer.json())["error"]["code"] == "overloaded.wrong_tokens"
    assert 0 < int(answer.headers["Retry-After"]) <= guarded.WINDOW_S + 1
    assert (await doors.ask("GET", "/health", token=None)).status == 200
    steady = time.monotonic
    monkeypatch.setattr(guarded.time, "monotonic", lambda: steady() + guarded.WINDOW_S)
    assert (await doors.ask("GET", "/api/v1/jobs")).status == 200


async def test_a_client_that_forgets_its_token_is_not_shut_out(doors: Doors) -> None:
    for _ in range(2 * guarded.WRONG_TOKENS):
        assert (await doors.ask("GET", "/api/v1/jobs", token=None)).status == 401
    assert (await doors.ask("GET", "/api/v1/jobs")).status == 200


@pytest.mark.parametrize(
    ("told", "by"),
    [(None, ""), ("Ada", "Ada"), ("Ada%20L%C3%B6we%20%F0%9F%A6%81", "Ada Löwe 🦁"), ("%20", "")],
)
async def test_who_has_the_token_says_for_whom_they_ask(
    doors: Doors, told: str | None, by: str
) -> None:
    headers = {} if told is None else {"X-Asked-By": told}
    answer = await doors.ask("POST", "/api/v1/tidy", json={}, headers=headers)
    assert (answer.status, (await answer.json())["by"]) == (202, by)


@pytest.mark.parametrize("told", ["%00", "a%0Ab", "%FF", "x" * 101, "%E2%80%AEadA"])
async def test_what_is_no_name_is_refused_and_does_nothing(doors: Doors, told: str) -> None:
    headers = {"X-Asked-By": told}
    answer = await doors.ask("POST", "/api/v1/tidy", json={}, headers=headers)
    assert answer.status == 422
    assert (await answer.json())["error"]["code"] == "validation.header"
    assert sum(doors.forge.jobs.counts().values()) == 0


async def test_a_name_opens_nothing(doors: Doors) -> None:
    headers = {"X-Asked-By": "Ada"}
    answer = await doors.ask("POST", "/api/v1/tidy", json={}, headers=headers, token=None)
    assert answer.status == 401


async def test_ingress_hears_only_the_supervisor(doors: Doors) -> None:
    headers = {"X-Remote-User-Name": "admin", "X-Forwarded-For": "172.30.32.2"}
    answer = await doors.ingress.get("/api/v1/jobs", headers=headers)
    assert answer.status == 403
    assert (await answer.json())["error"]["code"] == "forbidden.ingress"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Let some tests be the Supervisor."""
    return settings


class TestAsSupervisor:
    """What ingress does for the Supervisor."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        """Be the Supervisor."""
        return settings.model_copy(update={"supervisor_address": "127.0.0.1"})

    @pytest.mark.parametrize(
        ("headers", "by"),
        [
            ({"X-Remote-User-Display-Name": "Ada", "X-Remote-User-Name": "ada"}, "Ada"),
            ({"X-Remote-User-Id": "7f"}, "7f"),
            ({}, "ingress"),
            ({"X-Remote-User-Name": "x" * 300}, "x" * 100),
        ],
    )
    async def test_the_user_is_known_by_name(
        self, doors: Doors, headers: dict[str, str], by: str
    ) -> None:
        answer = await doors.ingress.post("/api/v1/tidy", json={}, headers=headers)
        told: dict[str, Any] = await answer.json()
        assert (answer.status, told["by"]) == (202, by)
