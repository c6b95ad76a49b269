"""What a person has to mend is told, mended with a click, and withdrawn."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.atelier.issues import SILENCE_S
from custom_components.atelier.repairs import async_create_fix_flow
from tests.factories import coffin_info, lantern_info
from tests.integration.board import Board, passes
from tests.integration.conftest import SetUp
from tests.integration.test_availability import broker_is


def issues(registry: ir.IssueRegistry) -> dict[str, ir.IssueEntry]:
    """Return the issues by their kind."""
    return {str(issue.translation_key): issue for issue in registry.issues.values()}


async def click(hass: HomeAssistant, hass_client: Any, issue: ir.IssueEntry) -> Any:
    """Open an issue's dialogue and agree; return what it says then."""
    assert await async_setup_component(hass, REPAIRS, {})
    client = await hass_client()
    opened = await client.post(
        "/api/repairs/issues/fix", json={"handler": "atelier", "issue_id": issue.issue_id}
    )
    assert opened.status == HTTPStatus.OK
    shown = await opened.json()
    assert shown["step_id"] == "confirm"
    assert issue.translation_placeholders is not None
    assert shown["description_placeholders"].items() >= {"prop": "Crypt"}.items()
    return await agree(client, shown)


async def agree(client: Any, shown: Any) -> Any:
    """Agree to what a dialogue shows."""
    answer = await client.post(f"/api/repairs/issues/fix/{shown['flow_id']}", json={})
    return client, await answer.json()


async def test_a_retained_command_is_told_and_taken_off_the_bus(
    hass: HomeAssistant,
    coffin: Board,
    issue_registry: ir.IssueRegistry,
    hass_client: Any,
    mqtt_mock: Any,
) -> None:
    coffin.says("cmd", "trigger", retain=True)
    issue = issues(issue_registry)["retained_command"]
    assert issue.is_fixable
    assert issue.translation_placeholders == {
        "workshop": "Cellar",
        "prop": "Crypt",
        "topic": "props/coffin-1/cmd",
    }
    mqtt_mock.async_publish.reset_mock()
    _, done = await click(hass, hass_client, issue)
    assert done["type"] == "create_entry"
    assert mqtt_mock.async_publish.call_args.args[:4] == ("props/coffin-1/cmd", "", 1, True)
    assert issues(issue_registry) == {}


async def test_a_live_command_is_no_issue(
    hass: HomeAssistant, coffin: Board, issue_registry: ir.IssueRegistry
) -> None:
    coffin.says("cmd", "trigger")
    assert issues(issue_registry) == {}


async def test_a_retained_command_to_a_stranger_is_told_too(
    hass: HomeAssistant, entry: MockConfigEntry, issue_registry: ir.IssueRegistry
) -> None:
    Board(hass, "props/stranger").says("cmd", "trigger", retain=True)
    placeholders = issues(issue_registry)["retained_command"].translation_placeholders
    assert placeholders is not None
    assert placeholders["prop"] == "props/stranger"


async def test_a_fix_waits_for_the_broker(
    hass: HomeAssistant,
    coffin: Board,
    issue_registry: ir.IssueRegistry,
    hass_client: Any,
    mqtt_mock: Any,
) -> None:
    coffin.says("cmd", "trigger", retain=True)
    broker_is(hass, mqtt_mock, there=False)
    client, refused = await click(hass, hass_client, issues(issue_registry)["retained_command"])
    assert refused["errors"] == {"base": "cannot_connect"}
    broker_is(hass, mqtt_mock, there=True)
    _, done = await agree(client, refused)
    assert done["type"] == "create_entry"


async def test_two_boards_with_one_id_are_told_until_a_person_settles_it(
    hass: HomeAssistant, coffin: Board, issue_registry: ir.IssueRegistry, hass_client: Any
) -> None:
    coffin.says("info", coffin_info(serial="other", boot="b1"))
    assert issues(issue_registry) == {}
    coffin.says("info", coffin_info(serial="a1b2c3", boot="b2"))
    issue = issues(issue_registry)["doubled_id"]
    _, done = await click(hass, hass_client, issue)
    assert done["type"] == "create_entry"
    assert issues(issue_registry) == {}
    coffin.says("info", coffin_info(serial="other", boot="b3"))
    assert issues(issue_registry) == {}
    coffin.says("info", coffin_info(serial="a1b2c3", boot="b4"))
    assert issues(issue_registry) == {}
    coffin.says("info", coffin_info(serial="other", boot="b5"))
    assert "doubled_id" in issues(issue_registry)


@pytest.mark.parametrize("removed", [True, False])
async def test_a_fix_after_the_workshop_went(
    hass: HomeAssistant,
    coffin: Board,
    entry: MockConfigEntry,
    issue_registry: ir.IssueRegistry,
    hass_client: Any,
    *,
    removed: bool,
) -> None:
    coffin.says("cmd", "trigger", retain=True)
    issue = issues(issue_registry)["retained_command"]
    flow = await async_create_fix_flow(hass, issue.issue_id, dict(issue.data or {}))
    flow.hass = hass
    if removed:
        await hass.config_entries.async_remove(entry.entry_id)
    else:
        assert await hass.config_entries.async_unload(entry.entry_id)
    stopped = await flow.async_step_confirm({})
    assert stopped["reason"] == "not_loaded"


async def test_a_doubled_prop_that_left_needs_no_settling(
    hass: HomeAssistant, coffin: Board, entry: MockConfigEntry, issue_registry: ir.IssueRegistry
) -> None:
    coffin.says("info", coffin_info(serial="other", boot="b1"))
    coffin.says("info", coffin_info(serial="a1b2c3", boot="b2"))
    issue = issues(issue_registry)["doubled_id"]
    await entry.runtime_data.remove("props/coffin-1")
    flow = await async_create_fix_flow(hass, issue.issue_id, dict(issue.data or {}))
    flow.hass = hass
    assert (await flow.async_step_confirm({}))["type"] == "create_entry"


async def test_a_newer_contract_is_told_until_it_is_understood(
    hass: HomeAssistant, coffin: Board, issue_registry: ir.IssueRegistry
) -> None:
    coffin.says("info", coffin_info(contract=9))
    issue = issues(issue_registry)["newer_contract"]
    assert not issue.is_fixable
    assert issue.translation_placeholders == {
        "workshop": "Cellar",
        "prop": "Crypt",
        "theirs": "9",
        "ours": "1",
    }
    coffin.says("info", coffin_info(contract=1, boot="b"))
    assert issues(issue_registry) == {}


async def test_a_newer_contract_is_told_again_after_a_restart(
    hass: HomeAssistant, coffin: Board, entry: MockConfigEntry, issue_registry: ir.IssueRegistry
) -> None:
    coffin.says("info", coffin_info(contract=9))
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert "newer_contract" in issues(issue_registry)


async def test_an_undeclared_state_is_told_until_a_declared_one(
    hass: HomeAssistant, coffin: Board, issue_registry: ir.IssueRegistry
) -> None:
    for state in ("flying", "falling"):
        coffin.says("state", state)
        placeholders = issues(issue_registry)["undeclared_state"].translation_placeholders
        assert placeholders == {"workshop": "Cellar", "prop": "Crypt", "state": state}
    coffin.says("state", "armed")
    assert issues(issue_registry) == {}


async def test_an_undeclared_state_is_told_of_a_prop_that_just_came(
    hass: HomeAssistant, entry: MockConfigEntry, issue_registry: ir.IssueRegistry
) -> None:
    await Board(hass, "props/lantern", lantern_info()).appears(state="glowing")
    assert "undeclared_state" in issues(issue_registry)


async def test_a_prop_that_is_removed_takes_its_issues_along(
    hass: HomeAssistant, coffin: Board, entry: MockConfigEntry, issue_registry: ir.IssueRegistry
) -> None:
    coffin.says("state", "flying")
    coffin.says("info", coffin_info(contract=9))
    assert issues(issue_registry).keys() == {"undeclared_state", "newer_contract"}
    await entry.runtime_data.remove("props/coffin-1")
    assert issues(issue_registry) == {}


async def test_a_workshop_that_is_removed_takes_its_issues_along(
    hass: HomeAssistant, coffin: Board, entry: MockConfigEntry, issue_registry: ir.IssueRegistry
) -> None:
    coffin.says("state", "flying")
    coffin.says("cmd", "trigger", retain=True)
    await hass.config_entries.async_remove(entry.entry_id)
    assert issues(issue_registry) == {}


# Silence


async def test_nothing_heard_is_told_until_the_first_prop(
    hass: HomeAssistant, entry: MockConfigEntry, issue_registry: ir.IssueRegistry
) -> None:
    await passes(hass, SILENCE_S - 10)
    assert issues(issue_registry) == {}
    await passes(hass, SILENCE_S + 1)
    issue = issues(issue_registry)["silence"]
    assert issue.translation_placeholders == {
        "workshop": "Cellar",
        "prefixes": "props, halloween",
    }
    await Board(hass).appears()
    assert issues(issue_registry) == {}


async def test_a_workshop_that_may_not_listen_is_told(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    issue_registry: ir.IssueRegistry,
    deaf: Callable[[str], None],
) -> None:
    deaf("halloween")
    await passes(hass, SILENCE_S + 1)
    assert issues(issue_registry).keys() == {"deaf"}
    issue = issues(issue_registry)["deaf"]
    assert issue.translation_placeholders == {"workshop": "Cellar", "prefixes": "halloween"}
    await Board(hass).appears()
    assert issues(issue_registry) == {}


async def test_without_a_broker_silence_means_nothing(
    hass: HomeAssistant, entry: MockConfigEntry, issue_registry: ir.IssueRegistry, mqtt_mock: Any
) -> None:
    broker_is(hass, mqtt_mock, there=False)
    await passes(hass, SILENCE_S + 1)
    assert issues(issue_registry) == {}


async def test_a_workshop_with_props_is_not_silent(
    hass: HomeAssistant, coffin: Board, issue_registry: ir.IssueRegistry
) -> None:
    await passes(hass, SILENCE_S + 1)
    assert issues(issue_registry) == {}


async def test_each_workshop_has_its_own_issues(
    hass: HomeAssistant, set_up: SetUp, issue_registry: ir.IssueRegistry
) -> None:
    await set_up("props", title="Attic")
    await set_up("halloween")
    await passes(hass, SILENCE_S + 1)
    assert {issue_id for _, issue_id in issue_registry.issues} == {
        "silence_attic_workshop",
        "silence_cellar_workshop",
    }
