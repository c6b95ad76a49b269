"""The panel in the side bar: it comes and goes with the workshops that have machines."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from homeassistant.components.frontend import DATA_PANELS
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.atelier.panel import pages

type SetUp = Callable[..., Awaitable[MockConfigEntry]]


@pytest.fixture(autouse=True)
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a front end that was built."""
    folder = tmp_path / "built"
    folder.mkdir()
    (folder / "entrypoint.js").write_text("// first\n")
    monkeypatch.setattr(pages, "BUILT", folder)
    return folder


@pytest.fixture
async def workshop(hass: HomeAssistant, set_up: SetUp, tmp_path: Path) -> MockConfigEntry:
    """Return a workshop with machines."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}"
    return await set_up(machines=True, ledger_url=url)


def module(hass: HomeAssistant) -> str | None:
    """Return the address that browsers load the panel from, None without a panel."""
    panel = hass.data[DATA_PANELS].get("atelier")
    return None if panel is None else str(panel.config["_panel_custom"]["module_url"])


async def pass_time(hass: HomeAssistant) -> None:
    """Let time pass until a panel that nobody wants is gone."""
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=pages.LINGERS_S + 1))
    await hass.async_block_till_done()


async def test_browsers_get_what_was_built(
    hass: HomeAssistant, workshop: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    """For everybody, since members have pages of their own; kept by browsers for long."""
    assert not hass.data[DATA_PANELS]["atelier"].require_admin
    answer = await (await hass_client()).get(module(hass) or "")
    assert await answer.text() == "// first\n"
    assert "max-age" in answer.headers["Cache-Control"]


async def test_it_outlasts_a_reload(hass: HomeAssistant, workshop: MockConfigEntry) -> None:
    """Whoever looks at it is not led elsewhere."""
    before = module(hass)
    assert await hass.config_entries.async_unload(workshop.entry_id)
    assert module(hass) == before
    assert await hass.config_entries.async_setup(workshop.entry_id)
    await pass_time(hass)
    assert module(hass) == before


async def test_a_new_build_has_a_new_address(
    hass: HomeAssistant, workshop: MockConfigEntry, built: Path
) -> None:
    before = module(hass)
    (built / "entrypoint.js").write_text("// second\n")
    await hass.config_entries.async_reload(workshop.entry_id)
    assert module(hass) not in {before, None}


async def test_it_goes_with_the_last_workshop(
    hass: HomeAssistant, workshop: MockConfigEntry
) -> None:
    await hass.config_entries.async_unload(workshop.entry_id)
    await pass_time(hass)
    assert module(hass) is None
    await hass.config_entries.async_setup(workshop.entry_id)
    assert module(hass) is not None


async def test_it_goes_where_machines_are_switched_off(
    hass: HomeAssistant, workshop: MockConfigEntry
) -> None:
    without = {**workshop.options, "machines": False}
    hass.config_entries.async_update_entry(workshop, options=without)
    await hass.config_entries.async_reload(workshop.entry_id)
    await pass_time(hass)
    assert module(hass) is None


async def test_without_a_build_machines_work_all_the_same(
    hass: HomeAssistant,
    set_up: SetUp,
    tmp_path: Path,
    built: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (built / "entrypoint.js").unlink()
    url = f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}"
    workshop = await set_up(machines=True, ledger_url=url)
    assert workshop.runtime_data.makerspace is not None
    assert module(hass) is None
    assert "its pages were not built" in caplog.text
