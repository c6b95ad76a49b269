"""A board that nobody knows is let in through the dialog of its repair, and by nobody else."""

from http import HTTPStatus
from typing import Any

from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest

from custom_components.atelier.const import DOMAIN
from custom_components.atelier.ledger.errors import LedgerUnavailable
from custom_components.atelier.ledger.ledger import Ledger
from custom_components.atelier.ledger.pages import AuditQuery
from custom_components.atelier.machine_issues import STRANGERS_SHOWN
from custom_components.atelier.machines.facts import Machine

from .machine import Laser

_URL = "/api/repairs/issues/fix"


def issue(hass: HomeAssistant, kind: str, about: str) -> ir.IssueEntry | None:
    """Return an issue, if it is raised."""
    return ir.async_get(hass).async_get_issue(DOMAIN, f"{kind}_cellar_{about}")


class Dialog:
    """The dialog that a person opens from the list of repairs."""

    def __init__(self, client: Any, shown: dict[str, Any]) -> None:
        """Show what Home Assistant answered first."""
        self._client = client
        self.shown = shown

    async def submit(self, **said: str) -> dict[str, Any]:
        """Fill it in; return what it shows then."""
        answer = await self._client.post(f"{_URL}/{self.shown['flow_id']}", json=said)
        assert answer.status in {HTTPStatus.OK, HTTPStatus.BAD_REQUEST}
        self.shown = await answer.json()
        return self.shown


@pytest.fixture
async def dialog(hass: HomeAssistant, laser: Laser, hass_client: Any) -> Dialog:
    """Open the dialog of a board that calls itself number 12."""
    laser.says("alive", number="12", version="1.0.1", ip="10.0.0.8")
    await hass.async_block_till_done()
    raised = issue(hass, "unknown_board", "12")
    assert raised is not None
    assert raised.is_fixable
    assert await async_setup_component(hass, REPAIRS, {})
    client = await hass_client()
    said = {"handler": DOMAIN, "issue_id": raised.issue_id}
    opened = await client.post(_URL, json=said)
    assert opened.status == HTTPStatus.OK
    return Dialog(client, await opened.json())


def type_id(laser: Laser) -> str:
    """Return the only type of machines, as the form names it."""
    (only,) = laser.makerspace.desk.facts.types
    return str(only)


async def test_an_unknown_board_is_let_in(
    hass: HomeAssistant, laser: Laser, dialog: Dialog, hass_admin_user: Any
) -> None:
    assert dialog.shown["step_id"] == "confirm"
    assert dialog.shown["description_placeholders"].items() >= {"number": "12"}.items()
    done = await dialog.submit(name=" Lathe ", type=type_id(laser))
    assert done["type"] == "create_entry"
    await hass.async_block_till_done()
    assert issue(hass, "unknown_board", "12") is None
    assert laser.makerspace.desk.facts.machines[12].name == "Lathe"
    assert laser.makerspace.desk.facts.boards[12].firmware == "1.0.1"
    assert hass.states.get("sensor.lathe_state") is not None
    trail = (await laser.makerspace.ledger.page(AuditQuery())).items
    assert (trail[0].kind, trail[0].by) == ("machine", hass_admin_user.id)


@pytest.mark.parametrize("name", ["", "   ", "x" * 129])
async def test_a_bad_name_is_refused_and_may_be_mended(
    laser: Laser, dialog: Dialog, name: str
) -> None:
    refused = await dialog.submit(name=name, type=type_id(laser))
    assert refused["errors"] == {"base": "not_kept"}
    assert 12 not in laser.makerspace.desk.facts.machines
    done = await dialog.submit(name="Lathe", type=type_id(laser))
    assert done["type"] == "create_entry"


async def test_a_type_that_there_is_not_is_refused(laser: Laser, dialog: Dialog) -> None:
    refused = await dialog.submit(name="Lathe", type="99")
    assert "type" in refused["errors"]
    assert 12 not in laser.makerspace.desk.facts.machines


async def test_a_ledger_that_is_away_is_told(
    laser: Laser, dialog: Dialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_args: object, **_kwargs: object) -> None:
        raise LedgerUnavailable

    with monkeypatch.context() as broken:
        broken.setattr(Ledger, "save_all", away)
        refused = await dialog.submit(name="Lathe", type=type_id(laser))
    assert refused["errors"] == {"base": "ledger_away"}
    done = await dialog.submit(name="Lathe", type=type_id(laser))
    assert done["type"] == "create_entry"


async def test_a_board_that_somebody_else_let_in_keeps_its_name(
    laser: Laser, dialog: Dialog
) -> None:
    await laser.makerspace.save(Machine(id=12, name="Saw", type_id=1), by="test")
    done = await dialog.submit(name="Lathe", type=type_id(laser))
    assert done["type"] == "create_entry"
    assert laser.makerspace.desk.facts.machines[12].name == "Saw"


async def test_without_its_workshop_there_is_nothing_to_mend(
    hass: HomeAssistant, laser: Laser, dialog: Dialog
) -> None:
    kind = type_id(laser)
    assert await hass.config_entries.async_unload(laser.entry.entry_id)
    stopped = await dialog.submit(name="Lathe", type=kind)
    assert stopped["reason"] == "not_loaded"


async def test_who_is_no_administrator_lets_nobody_in(
    hass: HomeAssistant,
    laser: Laser,
    dialog: Dialog,
    hass_client: Any,
    hass_read_only_access_token: str,
) -> None:
    client = await hass_client(hass_read_only_access_token)
    said = {"handler": DOMAIN, "issue_id": "unknown_board_cellar_12"}
    assert (await client.post(_URL, json=said)).status == HTTPStatus.UNAUTHORIZED
    url = f"{_URL}/{dialog.shown['flow_id']}"
    refused = await client.post(url, json={"name": "Lathe", "type": type_id(laser)})
    assert refused.status == HTTPStatus.UNAUTHORIZED
    assert 12 not in laser.makerspace.desk.facts.machines


async def test_invented_numbers_do_not_fill_the_list(hass: HomeAssistant, laser: Laser) -> None:
    for number in range(100, 200):
        laser.says("alive", number=str(number), version="1", ip="1")
    await hass.async_block_till_done()
    raised = [one for _, one in ir.async_get(hass).issues if one.startswith("unknown_board")]
    assert len(raised) == STRANGERS_SHOWN
