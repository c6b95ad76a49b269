"""The panel in the side bar by a Forge: for administrators, until a workshop brings others."""

from pathlib import Path

from homeassistant.components.frontend import DATA_PANELS
from homeassistant.core import HomeAssistant
import pytest

from custom_components.atelier.panel import pages
from tests.integration.conftest import SetUp
from tests.integration.forge.conftest import Connect
from tests.integration.forge.wire import Wire
from tests.integration.test_panel_pages import pass_time


@pytest.fixture(autouse=True)
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a front end that was built."""
    (tmp_path / "entrypoint.js").write_text("// built\n")
    monkeypatch.setattr(pages, "BUILT", tmp_path)


def seen(hass: HomeAssistant) -> str | None:
    """Return who sees the panel in the side bar."""
    if (panel := hass.data[DATA_PANELS].get("atelier")) is None:
        return None
    return "administrators" if panel.require_admin else "everybody"


async def test_a_forge_alone_is_for_administrators(
    hass: HomeAssistant, wire: Wire, connect: Connect
) -> None:
    """Also while it is away: its page says so."""
    await wire.__aexit__()
    entry = await connect(wire.url)
    assert seen(hass) == "administrators"
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert seen(hass) == "administrators"
    await pass_time(hass)
    assert seen(hass) is None
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert seen(hass) == "administrators"


async def test_a_workshop_brings_others_and_takes_them_along(
    hass: HomeAssistant, wire: Wire, connect: Connect, set_up: SetUp, tmp_path: Path
) -> None:
    forge = await connect(wire.url)
    workshop = await set_up(machines=True, ledger_url=f"sqlite+aiosqlite:///{tmp_path}/ledger.db")
    assert seen(hass) == "everybody"
    assert await hass.config_entries.async_reload(workshop.entry_id)
    await pass_time(hass)
    assert seen(hass) == "everybody"
    assert await hass.config_entries.async_unload(workshop.entry_id)
    assert seen(hass) == "everybody"
    await pass_time(hass)
    assert seen(hass) == "administrators"
    assert await hass.config_entries.async_unload(forge.entry_id)
    await pass_time(hass)
    assert seen(hass) is None
