"""How a Forge says that it stands."""

from pathlib import Path

import pytest

from forge.app import Forge
from forge.openwrt import host

from .conftest import Doors


async def cannot_build(doors: Doors) -> dict[str, object] | None:
    """Return why nothing can be built."""
    answer = await doors.ask("GET", "/api/v1/status")
    assert answer.status == 200
    hindrance: dict[str, object] | None = (await answer.json())["cannot_build"]
    return hindrance


async def test_it_is_told_beforehand_that_programs_are_missing(
    doors: Doors, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    hindrance = await cannot_build(doors)
    assert hindrance is not None
    assert hindrance["code"] == "precondition.missing_programs"
    facts = hindrance["facts"]
    assert isinstance(facts, dict)
    assert "make" in facts["missing"]
    place = {"release": "24.10.4", "target": "ath79", "subtarget": "generic"}
    refused = await doors.ask("POST", "/api/v1/builders/ensure", json=place)
    assert (refused.status, (await refused.json())["error"]) == (412, hindrance)


def test_workers_elsewhere_build_for_a_host_that_cannot(
    forge: Forge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert host.hindrance(forge.settings) is not None
    assert host.hindrance(forge.settings.model_copy(update={"build_jobs": 0})) is None
