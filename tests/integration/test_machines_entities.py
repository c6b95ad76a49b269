"""What a person sees of a machine, and what they see of its members: nothing."""

from datetime import timedelta
import json
import logging

from homeassistant.components.recorder.db_schema import StateAttributes
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.helpers.event import EventStateChangedData, async_track_state_change_event
import pytest

from custom_components.atelier import makerspace as rooms
from custom_components.atelier.const import DOMAIN
from custom_components.atelier.diagnostics import async_get_config_entry_diagnostics
from custom_components.atelier.ledger.errors import LedgerUnavailable
from custom_components.atelier.ledger.ledger import Ledger
from custom_components.atelier.machines.facts import Plan

from .board import passes
from .machine import ANNA, BERTO, NOBODYS, Laser, until


async def press(laser: Laser) -> None:
    """Press the button that logs out."""
    await laser.hass.services.async_call(
        "button", "press", {"entity_id": laser.entity_id("button", "log_out")}, blocking=True
    )


async def test_a_use_is_seen_from_its_start_to_its_end(laser: Laser) -> None:
    assert laser.shows("sensor", "state") == "offline"
    await laser.asks("checkmachine")
    assert laser.shows("sensor", "state") == "free"
    assert laser.shows("binary_sensor", "connectivity") == "on"
    assert laser.shows("sensor", "since") == "unknown"
    await laser.asks("startuse", uid=ANNA)
    assert laser.shows("sensor", "state") == "in_use"
    assert laser.shows("binary_sensor", "occupancy") == "on"
    assert laser.shows("sensor", "since") != "unknown"
    await laser.asks("stopuse", uid=ANNA, duration=7200)
    assert laser.shows("sensor", "state") == "free"
    assert float(laser.shows("sensor", "hours")) == pytest.approx(2, abs=0.01)
    assert laser.shows("binary_sensor", "problem") == "off"


async def test_a_blocked_machine_lets_nobody_in(hass: HomeAssistant, laser: Laser) -> None:
    switch = {"entity_id": laser.entity_id("switch", "blocked")}
    await hass.services.async_call("switch", "turn_on", switch, blocking=True)
    assert laser.shows("switch", "blocked") == "on"
    assert (await laser.asks("checkmachine"))["allowed"] is False
    await laser.asks("checkuser", uid=ANNA)
    assert laser.shown("event", "activity").attributes["reason"] == "blocked"
    assert laser.shows("sensor", "state") == "blocked"
    await hass.services.async_call("switch", "turn_off", switch, blocking=True)
    assert (await laser.asks("checkmachine"))["allowed"] is True


async def test_the_recorder_keeps_what_happened_and_not_to_whom(laser: Laser) -> None:
    await laser.asks("startuse", uid=ANNA)
    changed: list[Event[EventStateChangedData]] = []
    activity = laser.entity_id("event", "activity")
    async_track_state_change_event(laser.hass, [activity], changed.append)
    await laser.asks("stopuse", uid=ANNA, duration=7200)
    assert changed[0].data["new_state"].attributes["member"] is not None
    kept = json.loads(StateAttributes.shared_attrs_bytes_from_event(changed[0], None))
    assert kept["event_type"] == "stopped"
    assert not kept.keys() & {"member", "duration"}


async def test_what_happens_is_told_without_names_and_cards(
    hass: HomeAssistant, laser: Laser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.DEBUG, "custom_components.atelier")
    seen: list[str] = []
    for action, fields in (
        ("checkuser", {"uid": ANNA}),
        ("checkuser", {"uid": BERTO}),
        ("checkuser", {"uid": NOBODYS}),
        ("startuse", {"uid": ANNA}),
        ("stopuse", {"uid": ANNA, "duration": 60}),
    ):
        await laser.asks(action, **fields)
        seen.append(laser.shown("event", "activity").attributes["event_type"])
    assert seen == ["granted", "denied", "unknown_card", "started", "stopped"]
    attributes = laser.shown("event", "activity").attributes
    assert attributes["member"] in laser.makerspace.desk.facts.members
    assert attributes["duration"] == 60
    told = json.dumps(
        [state.as_dict() for state in hass.states.async_all()], default=str
    ) + json.dumps(await async_get_config_entry_diagnostics(hass, laser.entry), default=str)
    ours = " ".join(record.getMessage() for record in caplog.records if "atelier" in record.name)
    for secret in ("Anna", "Rossi", "Berto", "Bianchi", ANNA, BERTO, NOBODYS, "ledger.db"):
        assert secret not in told
        assert secret not in ours


async def test_who_is_on_is_logged_out_by_the_board(hass: HomeAssistant, laser: Laser) -> None:
    await laser.asks("startuse", uid=ANNA)
    task = hass.async_create_task(press(laser))
    await until(lambda: bool(laser.requests))
    assert laser.requests[-1]["request_type"] == "stop"
    await laser.asks("stopuse", uid=ANNA, duration=5)
    await task
    assert laser.shows("binary_sensor", "occupancy") == "off"


async def test_a_board_that_does_not_log_out_is_told_of(
    hass: HomeAssistant, laser: Laser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "_REQUEST_S", 0.05)
    await laser.asks("startuse", uid=ANNA)
    with pytest.raises(Exception, match="did not do it within"):
        await press(laser)


async def test_a_board_tells_of_itself(hass: HomeAssistant, laser: Laser) -> None:
    laser.says("alive", version="1.0.1", ip="10.0.0.7", serial="ab", heap="2048")
    await hass.async_block_till_done()
    assert laser.shows("sensor", "board_version") == "1.0.1"
    assert laser.shows("sensor", "board_heap") == "2048"
    address = er.async_get(hass).async_get(laser.entity_id("sensor", "board_address"))
    assert address is not None
    assert address.disabled


def issue(hass: HomeAssistant, kind: str, about: str) -> ir.IssueEntry | None:
    """Return an issue, if it is raised."""
    return ir.async_get(hass).async_get_issue(DOMAIN, f"{kind}_cellar_{about}")


async def test_care_that_is_due_is_told_until_it_is_given(
    hass: HomeAssistant, laser: Laser
) -> None:
    plan = Plan(machine_id=7, description="Clean the lens", every_h=1)
    plan = await laser.makerspace.save(plan, by="test")
    await laser.asks("startuse", uid=ANNA)
    await laser.asks("stopuse", uid=ANNA, duration=7200)
    await passes(hass, 6)
    await until(lambda: issue(hass, "care_overdue", "7") is not None)
    assert laser.shows("sensor", "state") == "maintenance"
    assert float(laser.shows("sensor", "hours_to_care")) < 0
    assert plan.id is not None
    await laser.makerspace.desk.care_for(7, [plan.id], None)
    await passes(hass, 6)
    await until(lambda: issue(hass, "care_overdue", "7") is None)


async def test_a_silent_board_with_a_use_open_is_a_problem(
    hass: HomeAssistant, laser: Laser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await laser.asks("startuse", uid=ANNA)
    with monkeypatch.context() as later:
        later.setattr("custom_components.atelier.machines.desk.OFFLINE_S", 0)
        later.setattr(rooms, "OFFLINE_S", 0)
        await passes(hass, 6)
        await until(lambda: issue(hass, "silent_use", "7") is not None)
        assert laser.shows("binary_sensor", "problem") == "on"
    await laser.asks("inuse", uid=ANNA, duration=30)
    assert laser.shows("binary_sensor", "problem") == "off"
    await passes(hass, 12)
    await until(lambda: issue(hass, "silent_use", "7") is None)


async def test_a_ledger_that_is_away_is_told_and_nothing_is_confirmed(
    hass: HomeAssistant, laser: Laser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_args: object, by: str | None = None) -> None:
        raise LedgerUnavailable

    with monkeypatch.context() as broken:
        broken.setattr(Ledger, "save_uses", away)
        assert (await laser.asks("startuse", uid=ANNA))["request_ok"] is False
    assert issue(hass, "ledger_unreachable", "workshop") is not None
    assert laser.shows("binary_sensor", "problem") == "on"
    assert (await laser.asks("startuse", uid=ANNA))["request_ok"] is True
    assert issue(hass, "ledger_unreachable", "workshop") is None
    assert laser.shows("binary_sensor", "problem") == "off"


async def test_what_could_not_be_forgotten_is_forgotten_another_day(
    hass: HomeAssistant,
    laser: Laser,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def away(*_args: object, **_days: int) -> None:
        raise LedgerUnavailable("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(Ledger, "retain", away)
        await passes(hass, timedelta(days=1).total_seconds() + 1)
        await until(lambda: "will try again: the disk is full" in caplog.text)
    await passes(hass, timedelta(days=2).total_seconds() + 2)
    await until(lambda: "The ledger forgot who made 0 uses" in caplog.text)


async def test_what_is_old_is_forgotten_by_itself(
    hass: HomeAssistant, laser: Laser, caplog: pytest.LogCaptureFixture
) -> None:
    await passes(hass, timedelta(days=1).total_seconds() + 1)
    await until(lambda: "The ledger forgot who made 0 uses" in caplog.text)
