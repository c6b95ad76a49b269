"""Gates of ours: their keys, and the lists they go by while Home Assistant is away."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
import hashlib
import hmac
import json
import logging
from pathlib import Path
import stat
import time
from typing import Any

from homeassistant.components import mqtt
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.atelier import signed_lists
from custom_components.atelier.const import DOMAIN
from custom_components.atelier.diagnostics import async_get_config_entry_diagnostics
from custom_components.atelier.machines.facts import Member, Permission, ServerDown
from custom_components.atelier.repairs import async_create_fix_flow

from .machine import ANNA, BERTO, Laser, until
from .test_availability import broker_is

ALIVE = {"ip": "10.0.0.7", "serial": "0123456789ab", "heap": "90000"}
GATE = ALIVE | {"version": "machine_gate,1.0.0"}

type Do = Callable[..., Awaitable[dict[str, Any]]]


class Ear:
    """Hear the lists of machine 7, as its board would."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self.heard: list[str] = []
        #: Of a board that spells its number 07.
        self.elsewhere: list[str] = []
        self.key = ""

    @property
    def last(self) -> dict[str, Any]:
        """Return the last list, whose signature is right."""
        signature, _, body = self.heard[-1].partition("\n")
        assert signature == self.hmac(body)
        parsed: dict[str, Any] = json.loads(body)
        return parsed

    def has(self, card: str) -> bool:
        """Tell whether a card is on the last list."""
        mark = self.hmac(f"card:{self.last['serial']}:{card}")[:8]
        cards = self.last["cards"]
        return mark in [cards[at : at + 8] for at in range(0, len(cards), 9)]

    def hmac(self, text: str) -> str:
        """Return HMAC-SHA256 with the board's key."""
        return hmac.new(bytes.fromhex(self.key), text.encode(), hashlib.sha256).hexdigest()

    async def next(self, count: int) -> None:
        """Wait until so many lists were heard in all."""
        await until(lambda: len(self.heard) >= count)
        assert len(self.heard) == count


@pytest.fixture(autouse=True)
def hurried_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell changes at once."""
    monkeypatch.setattr(signed_lists, "_SOON_S", 0)
    monkeypatch.setattr(signed_lists, "_APART_S", 0)


class Clock:
    """Tell the time, ahead of the computer's clock by what a test says."""

    ahead_s = 0.0

    def __call__(self) -> float:
        """Return seconds since the epoch."""
        return time.time() + self.ahead_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let lists go by a clock that can be set."""
    clock = Clock()
    monkeypatch.setattr(signed_lists, "time", clock)
    return clock


@pytest.fixture
def do(hass: HomeAssistant, hass_admin_user: MockUser) -> Do:
    """Return what calls an action as an administrator, and returns its response."""
    context = Context(user_id=hass_admin_user.id)

    async def call(action: str, **data: Any) -> dict[str, Any]:
        response = await hass.services.async_call(
            DOMAIN, action, data, blocking=True, context=context, return_response=True
        )
        assert response is not None
        return dict(response)

    return call


@pytest.fixture
def ear(hass: HomeAssistant, laser: Laser, monkeypatch: pytest.MonkeyPatch) -> Ear:
    """Hear what goes out to boards: whoever listens inside hears what is retained only once."""
    ear = Ear()
    publish = mqtt.async_publish

    async def heard(hass: HomeAssistant, topic: str, payload: Any, *more: Any, **rest: Any) -> None:
        await publish(hass, topic, payload, *more, **rest)
        text = payload.decode() if isinstance(payload, bytes) else payload
        if topic == "machine/7/list":
            ear.heard.append(text)
        elif topic == "machine/07/list":
            ear.elsewhere.append(text)

    monkeypatch.setattr(mqtt, "async_publish", heard)
    return ear


@pytest.fixture
async def gate(hass: HomeAssistant, laser: Laser, ear: Ear, do: Do) -> Laser:
    """Have a gate at machine 7 that got its key and its first list."""
    laser.says("alive", **GATE)
    await hass.async_block_till_done()
    ear.key = (await do("make_gate_key", machine_id=7))["key"]
    await ear.next(1)
    return laser


def issue(hass: HomeAssistant, laser: Laser, kind: str) -> ir.IssueEntry | None:
    """Return an issue about machine 7."""
    issue_id = f"{kind}_{laser.entry.entry_id}_7"
    return ir.async_get(hass).async_get_issue(DOMAIN, issue_id)


async def ticks(laser: Laser) -> None:
    """Let the makerspace look at what time made due."""
    laser.makerspace.on_tick.tell()
    await laser.hass.async_block_till_done()


async def test_a_gate_gets_a_list_of_who_may_come(gate: Laser, ear: Ear) -> None:
    assert ear.has(ANNA)
    assert not ear.has(BERTO)
    assert ear.last["machine"] == "7"
    assert ear.last["expires"] - ear.last["issued"] == 86_400


async def test_a_board_of_the_reference_gets_nothing(
    hass: HomeAssistant, laser: Laser, ear: Ear, do: Do
) -> None:
    laser.says("alive", **ALIVE, version="hardware-rev0-it_IT,1.0.1")
    await do("make_gate_key", machine_id=7)
    await ticks(laser)
    assert ear.heard == []
    assert "at" not in await laser.asks("checkmachine")
    assert issue(hass, laser, "gate_without_key") is None


async def test_a_gate_hears_the_time(gate: Laser) -> None:
    assert (await gate.asks("checkmachine"))["at"] > 1_700_000_000


async def test_what_people_change_is_told(gate: Laser, ear: Ear, do: Do) -> None:
    roll = gate.makerspace.desk.roll
    anna, berto = roll.member_with(ANNA), roll.member_with(BERTO)
    assert anna is not None
    assert berto is not None
    await do("grant_permission", member_id=berto.id, machine_id=7)
    await ear.next(2)
    assert ear.has(BERTO)
    undo = (await do("revoke_permission", member_id=anna.id, machine_id=7))["undo"]
    await ear.next(3)
    assert not ear.has(ANNA)
    await do("restore", undo=undo)
    await ear.next(4)
    assert ear.has(ANNA)
    await do("disable_member", member_id=berto.id, disabled=True)
    await ear.next(5)
    assert not ear.has(BERTO)
    await do("set_blocked", machine_id=7)
    await ear.next(6)
    assert ear.last["cards"] == ""
    serials = [json.loads(text.partition("\n")[2])["serial"] for text in ear.heard]
    assert serials == sorted(set(serials))


async def test_what_concerns_nobody_at_the_gate_is_not_told(gate: Laser, ear: Ear, do: Do) -> None:
    await do("add_training", name="Lathes")
    await gate.asks("startuse", uid=ANNA)
    await ticks(gate)
    assert len(ear.heard) == 1


async def test_a_machine_set_to_deny_lets_nobody_in(gate: Laser, ear: Ear, do: Do) -> None:
    await do("change_machine", machine_id=7, server_down="deny")
    await ear.next(2)
    assert (ear.last["cards"], ear.last["ending"]) == ("", "")
    await ticks(gate)
    assert len(ear.heard) == 2
    await do("change_machine", machine_id=7, server_down="signed_list")
    await ear.next(3)
    assert ear.has(ANNA)


async def test_a_machine_that_goes_leaves_no_list(
    gate: Laser, ear: Ear, do: Do, clock: Clock
) -> None:
    undo = (await do("remove_machine", machine_id=7))["undo"]
    await ear.next(2)
    assert ear.last["cards"] == ""
    await do("restore", undo=undo)
    await ear.next(3)
    assert ear.has(ANNA)
    await do("remove_machine", machine_id=7)
    await ear.next(4)
    clock.ahead_s += 2 * 86_400
    await ticks(gate)
    await ear.next(5)
    assert ear.heard[-1] == ""
    assert not gate.makerspace.lists.has_key(7)


async def test_a_list_is_renewed_before_it_ends(gate: Laser, ear: Ear, clock: Clock) -> None:
    first = ear.last
    clock.ahead_s += 5 * 3600
    await ticks(gate)
    assert len(ear.heard) == 1
    clock.ahead_s += 2 * 3600
    await ticks(gate)
    await ear.next(2)
    assert ear.last["issued"] == pytest.approx(first["issued"] + 7 * 3600, abs=60)
    clock.ahead_s += -30 * 86_400
    await ticks(gate)
    await ear.next(3)
    assert ear.last["serial"] > first["serial"] + 7 * 3600 - 60
    assert ear.last["issued"] < first["issued"]


async def test_a_restart_tells_a_new_list_with_the_same_key(
    hass: HomeAssistant, gate: Laser, ear: Ear
) -> None:
    first = ear.last["serial"]
    assert await hass.config_entries.async_reload(gate.entry.entry_id)
    await until(lambda: len(ear.heard) == 2)
    assert ear.has(ANNA)
    assert ear.last["serial"] > first


async def test_what_waits_is_told_before_the_end(
    hass: HomeAssistant, gate: Laser, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signed_lists, "_SOON_S", 60)
    laser = gate.makerspace.desk.facts.machines[7]
    await gate.makerspace.save(replace(laser, server_down=ServerDown.DENY), by="test")
    await hass.config_entries.async_unload(gate.entry.entry_id)
    await ear.next(2)
    assert ear.last["cards"] == ""


async def test_a_board_that_spells_its_number_otherwise(
    hass: HomeAssistant, gate: Laser, ear: Ear
) -> None:
    """It gets its list where it listens, and the old place is cleared."""
    gate.says("alive", number="07", **GATE)
    await hass.async_block_till_done()
    await ticks(gate)
    await until(lambda: bool(ear.elsewhere))
    assert ear.heard[-1] == ""
    assert json.loads(ear.elsewhere[0].partition("\n")[2])["machine"] == "07"


async def test_a_board_of_the_reference_takes_the_gates_place(
    hass: HomeAssistant, gate: Laser, ear: Ear
) -> None:
    gate.says("alive", **ALIVE, version="hardware-rev0-it_IT,1.0.1")
    await hass.async_block_till_done()
    await ticks(gate)
    await ear.next(2)
    assert ear.last["cards"] == ""


async def test_a_key_is_made_once_unless_asked_for(gate: Laser, ear: Ear, do: Do) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await do("make_gate_key", machine_id=7)
    assert refused.value.translation_key == "gate_has_key"
    old = ear.key
    ear.key = (await do("make_gate_key", machine_id=7, replace=True))["key"]
    assert ear.key != old
    await ear.next(2)
    assert ear.has(ANNA)


async def test_a_key_is_taken_back(gate: Laser, ear: Ear, do: Do, clock: Clock) -> None:
    await do("remove_gate_key", machine_id=7)
    await ear.next(2)
    assert ear.last["cards"] == ""
    with pytest.raises(ServiceValidationError) as refused:
        await do("remove_gate_key", machine_id=7)
    assert refused.value.translation_key == "gate_has_no_key"
    clock.ahead_s += 2 * 86_400
    await ticks(gate)
    await ear.next(3)
    assert ear.heard[-1] == ""


async def test_keys_are_for_administrators(
    hass: HomeAssistant, gate: Laser, hass_read_only_user: MockUser
) -> None:
    for action in ("make_gate_key", "remove_gate_key"):
        with pytest.raises(Unauthorized):
            await hass.services.async_call(
                DOMAIN,
                action,
                {"machine_id": 7},
                blocking=True,
                context=Context(user_id=hass_read_only_user.id),
                return_response=True,
            )


async def test_nobody_else_sees_a_key(
    hass: HomeAssistant, gate: Laser, ear: Ear, do: Do, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in states, diagnostics, logs or events; a card is in no list as itself."""
    caplog.set_level(logging.DEBUG, "custom_components.atelier")
    events: list[str] = []
    hass.bus.async_listen("call_service", callback(lambda event: events.append(str(event.data))))
    ear.key = (await do("make_gate_key", machine_id=7, replace=True))["key"]
    await ear.next(2)
    ours = [one.message for one in caplog.records if one.name.startswith("custom_components")]
    seen = [*events, *ours, *(str(state.as_dict()) for state in hass.states.async_all())]
    seen.append(json.dumps(await async_get_config_entry_diagnostics(hass, gate.entry)))
    assert not any(ear.key in text for text in seen)
    assert not any(ANNA in text for text in ear.heard)


async def test_keys_lie_in_a_file_of_home_assistants_own(
    hass: HomeAssistant, gate: Laser, ear: Ear, hass_storage: dict[str, Any]
) -> None:
    kept = hass_storage[f"{DOMAIN}.{gate.entry.entry_id}.gates"]["data"]
    assert kept["7"]["key"] == ear.key
    assert signed_lists._store(hass, gate.entry)._private


async def test_a_removed_workshop_leaves_no_key_and_no_list(
    hass: HomeAssistant, gate: Laser, ear: Ear, hass_storage: dict[str, Any]
) -> None:
    await hass.config_entries.async_remove(gate.entry.entry_id)
    await hass.async_block_till_done()
    assert ear.heard[-1] == ""
    assert f"{DOMAIN}.{gate.entry.entry_id}.gates" not in hass_storage


async def test_a_workshop_can_be_removed_after_mqtt(
    hass: HomeAssistant,
    gate: Laser,
    ear: Ear,
    hass_storage: dict[str, Any],
    mqtt_mock: Any,
) -> None:
    told = len(ear.heard)
    (broker,) = hass.config_entries.async_entries("mqtt")
    assert await hass.config_entries.async_unload(gate.entry.entry_id)
    broker_is(hass, mqtt_mock, there=False)
    await hass.config_entries.async_remove(broker.entry_id)
    await hass.config_entries.async_remove(gate.entry.entry_id)
    assert len(ear.heard) == told  # the list stays at the broker, and runs out
    assert f"{DOMAIN}.{gate.entry.entry_id}.gates" not in hass_storage


async def test_a_gate_without_a_key_is_a_repair_that_makes_one(
    hass: HomeAssistant, laser: Laser, ear: Ear
) -> None:
    laser.says("alive", **GATE)
    await hass.async_block_till_done()
    await ticks(laser)
    raised = issue(hass, laser, "gate_without_key")
    assert raised is not None
    flow = await async_create_fix_flow(hass, raised.issue_id, dict(raised.data or {}))
    flow.hass, flow.context = hass, {}
    assert (await flow.async_step_init())["step_id"] == "confirm"
    shown = await flow.async_step_confirm({})
    assert shown["step_id"] == "key"
    ear.key = shown["description_placeholders"]["key"]
    assert (await flow.async_step_key({}))["type"] == "create_entry"
    await ear.next(1)
    assert ear.has(ANNA)
    await ticks(laser)
    assert issue(hass, laser, "gate_without_key") is None
    await hass.config_entries.async_unload(laser.entry.entry_id)
    assert (await flow.async_step_confirm({}))["reason"] == "not_loaded"


async def test_more_cards_than_a_board_can_hold(
    hass: HomeAssistant, gate: Laser, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    """Those of who was there last are in; a repair tells it, and goes with its reason."""
    makerspace = gate.makerspace
    role_id = next(iter(makerspace.desk.facts.members.values())).role_id
    many = await makerspace.save_all(
        [Member(name=f"M{n}", role_id=role_id, cards=(f"{n:08x}",)) for n in range(1, 251)],
        by="test",
    )
    granted = [Permission(member_id=one.id or 0, machine_id=7) for one in many]
    await makerspace.save_all(granted, by="test")
    await until(lambda: len(ear.last["cards"]) > 9)
    assert len(ear.heard[-1]) <= 2048
    assert makerspace.lists.left_out[7] == 45
    await ticks(gate)
    assert issue(hass, gate, "list_full") is not None
    assert sum("no room for 45 cards" in one.message for one in caplog.records) == 1
    assert not ear.has("000000fa")
    await gate.asks("startuse", uid="000000fa")
    await gate.asks("stopuse", uid="000000fa", duration=60)
    count = len(ear.heard)
    await makerspace.save(Member(name="Last", role_id=role_id), by="test")
    await ear.next(count + 1)
    assert ear.has("000000fa")
    for one in many[:100]:
        makerspace.desk.put(replace(one, disabled=True))
    await makerspace.save(Member(name="Very last", role_id=role_id), by="test")
    await ear.next(count + 2)
    await ticks(gate)
    assert issue(hass, gate, "list_full") is None


async def test_a_broker_that_was_away_gets_it_again(
    hass: HomeAssistant, gate: Laser, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is changed meanwhile waits, and a broker may have lost its memory."""
    bus = gate.makerspace.workshop.bus

    async def away(*_: Any, **__: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(bus, "publish", away)
        laser = gate.makerspace.desk.facts.machines[7]
        await gate.makerspace.save(replace(laser, server_down=ServerDown.DENY), by="test")
        await until(lambda: gate.makerspace.lists.held(7) is None)
    assert len(ear.heard) == 1
    await ticks(gate)
    await ear.next(2)
    assert ear.last["cards"] == ""
    gate.makerspace.lists._connection_changed(True)  # noqa: FBT003 - as MQTT tells it
    await ear.next(3)


async def test_what_changes_without_a_broker_is_signed_once_it_is_back(
    hass: HomeAssistant, gate: Laser, ear: Ear, do: Do, mqtt_mock: Any
) -> None:
    broker_is(hass, mqtt_mock, there=False)
    berto = gate.makerspace.desk.roll.member_with(BERTO)
    assert berto is not None
    await do("grant_permission", member_id=berto.id, machine_id=7)
    await do("set_blocked", machine_id=7, blocked=True)
    await do("set_blocked", machine_id=7, blocked=False)
    await ticks(gate)
    assert len(ear.heard) == 1
    broker_is(hass, mqtt_mock, there=True)
    await ear.next(2)
    assert ear.has(BERTO)


async def test_a_store_is_readable_by_its_owner_only(
    hass: HomeAssistant, gate: Laser, tmp_path: Path
) -> None:
    hass.config.config_dir = str(tmp_path)
    store = signed_lists._store(hass, gate.entry)

    def write() -> int:
        store._write_data({"data": {}, "version": 1})
        return stat.S_IMODE(Path(store.path).stat().st_mode)

    assert await hass.async_add_executor_job(write) == 0o600
