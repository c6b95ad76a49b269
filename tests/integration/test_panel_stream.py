"""What those see who manage a workshop: its machines as they move, and who is on."""

import asyncio
from collections.abc import Callable
from typing import Any

from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.atelier.ledger.errors import LedgerUnavailable
from custom_components.atelier.machines.facts import Machine
from custom_components.atelier.machines.news import Happening, Kind
from custom_components.atelier.panel import live

from .machine import ANNA, NOBODYS, Laser, until
from .panel import ENTRY, Page

WATCH = "machines/subscribe"


async def everything(page: Page) -> dict[str, Any]:
    """Subscribe and return the first event."""
    await page.follows(WATCH)
    event = await page.hears()
    assert event["type"] == "all"
    return event


async def event(page: Page, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Return the next event that fits."""
    async with asyncio.timeout(5):
        while not fits(told := await page.hears()):
            pass
    return told


def listeners(laser: Laser) -> int:
    """Return how many listen to the desk."""
    desk = laser.makerspace.desk
    return len(desk.changed._listeners) + len(desk.happened._listeners)


async def test_all_that_there_is_comes_first(laser: Laser, people: dict[str, Page]) -> None:
    laser.says("alive", number="33", version="0.8.0", ip="10.0.0.9", serial="ab", heap=4711)
    told = await everything(people["manager"])
    first, second = told["machines"]
    assert (first["name"], first["type"], first["state"]) == ("Laser", "Laser", "offline")
    assert (second["id"], second["state"]) == (8, "offline")
    assert first["device_id"] == laser.device.id
    assert [one["name"] for one in told["types"]] == ["Machine", "Laser", "Welder"]
    assert [one["machine_id"] for one in told["boards"]] == [33]
    assert (told["unknown_cards"], told["ledger_up"]) == (0, True)


async def test_a_use_is_seen_as_it_begins_and_ends(laser: Laser, people: dict[str, Page]) -> None:
    manager = people["manager"]
    await everything(manager)
    await laser.asks("startuse", uid=ANNA)
    told = await event(manager, lambda one: one["type"] == "happened")
    happening = told["happening"]
    assert (happening["kind"], happening["member_name"]) == ("started", "Anna Rossi")
    assert (await event(manager, lambda one: one["type"] == "facts"))["kinds"] == ["use"]
    changed = await event(manager, lambda one: one["type"] == "changed")
    (machine,) = changed["machines"]
    assert (machine["state"], machine["member_name"]) == ("in_use", "Anna Rossi")
    assert machine["since"] is not None
    await laser.asks("stopuse", uid=ANNA, duration=0)
    changed = await event(manager, lambda one: one["type"] == "changed")
    assert changed["machines"][0]["state"] == "free"


async def test_what_somebody_changes_the_others_see(laser: Laser, people: dict[str, Page]) -> None:
    manager, admin = people["manager"], people["admin"]
    await everything(manager)
    await admin.acts("set_blocked", machine_id=8)
    assert await event(manager, lambda one: one["type"] == "facts" and "machine" in one["kinds"])
    changed = await event(manager, lambda one: one["type"] == "changed")
    assert [(one["id"], one["state"]) for one in changed["machines"]] == [(8, "blocked")]
    plan = await admin.acts("add_care_plan", machine_id=8, description="Oil it", every_h=2)
    changed = await event(manager, lambda one: one["type"] == "changed")
    (told,) = changed["machines"][0]["plans"]
    assert (told["description"], told["due"], told["hours_left"]) == ("Oil it", False, 2.0)
    assert plan["plan"]["id"] == told["id"]
    await admin.acts("remove_machine", machine_id=8)
    changed = await event(manager, lambda one: one["type"] == "changed")
    assert (changed["machines"], changed["removed"]) == ([], [8])
    await admin.acts("add_role", name="Helpers")
    assert await event(manager, lambda one: one["type"] == "facts" and "role" in one["kinds"])


async def test_strange_boards_and_cards_are_seen(laser: Laser, people: dict[str, Page]) -> None:
    manager = people["manager"]
    await everything(manager)
    await laser.asks("checkuser", uid=NOBODYS)
    told = await event(manager, lambda one: one["type"] == "happened")
    assert told["happening"]["kind"] == "unknown_card"
    assert NOBODYS not in str(told)
    assert await event(
        manager, lambda one: one["type"] == "facts" and "unknown_card" in one["kinds"]
    )
    laser.says("checkmachine", number="34")
    boards = await event(manager, lambda one: one["type"] == "boards")
    assert [one["machine_id"] for one in boards["boards"]] == [34]


async def test_a_ledger_that_goes_is_seen(
    laser: Laser, people: dict[str, Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    manager, admin = people["manager"], people["admin"]

    async def away(*_: Any, **__: Any) -> None:
        raise LedgerUnavailable("gone")

    await everything(manager)
    with monkeypatch.context() as broken:
        broken.setattr(laser.makerspace.ledger, "page", away)
        broken.setattr(laser.makerspace.ledger, "save_uses", away)
        assert (await laser.asks("startuse", uid=ANNA))["request_ok"] is False
        told = await event(manager, lambda one: one["type"] == "ledger")
        assert told["ledger_up"] is False
        late = await everything(admin)
        assert (late["unknown_cards"], late["ledger_up"]) == (None, False)
    await laser.asks("startuse", uid=ANNA)
    assert (await event(manager, lambda one: one["type"] == "ledger"))["ledger_up"] is True


async def test_silence_is_seen_as_it_begins_and_ends(laser: Laser, people: dict[str, Page]) -> None:
    makerspace = laser.makerspace
    await laser.asks("startuse", uid=ANNA)
    await everything(people["manager"])
    makerspace.silent.add(7)
    makerspace.on_tick.tell()
    changed = await event(people["manager"], lambda one: one["type"] == "changed")
    assert changed["machines"][0]["silent"] is True
    makerspace.silent.discard(7)
    makerspace.on_tick.tell()
    changed = await event(people["manager"], lambda one: one["type"] == "changed")
    assert changed["machines"][0]["silent"] is False


async def test_many_changes_are_told_together(
    laser: Laser, people: dict[str, Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = people["manager"]
    await everything(manager)
    made: list[int] = []
    view = live.machine_view

    def counting(makerspace: Any, number: int) -> Any:
        made.append(number)
        return view(makerspace, number)

    monkeypatch.setattr(live, "machine_view", counting)
    for _ in range(200):
        laser.makerspace.desk.changed.tell(7)
    await asyncio.sleep(3 * live.COALESCE_S)
    assert made == [7]
    assert await manager.silent()


async def test_a_house_full_of_machines_is_shown_bit_by_bit(
    laser: Laser, people: dict[str, Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    type_id = laser.makerspace.desk.facts.machines[7].type_id
    many = [Machine(id=number, name=f"M{number}", type_id=type_id) for number in range(100, 180)]
    await laser.makerspace.save_all(many, by="test")
    told = await everything(people["manager"])
    assert [one["id"] for one in told["machines"]] == [7, 8, *range(100, 180)]
    await people["admin"].acts("change_machine_type", type="Laser", name="Cutter")
    seen: list[int] = []
    while len(seen) < 81:
        changed = await event(people["manager"], lambda one: one["type"] == "changed")
        assert len(changed["machines"]) <= live.AT_ONCE
        seen += [one["id"] for one in changed["machines"]]
        assert all(one["type"] == "Cutter" for one in changed["machines"])
    assert sorted(seen) == [7, *range(100, 180)]


async def test_of_a_flood_of_news_the_latest_are_told(
    laser: Laser, people: dict[str, Page]
) -> None:
    await everything(people["manager"])
    for number in range(300):
        laser.makerspace.desk.happened.tell(
            Happening(kind=Kind.GRANTED, machine_id=7, at=float(number), member_id=1)
        )
    told = []
    while not await people["manager"].silent():
        told.append((await people["manager"].hears())["happening"]["at"])
    assert len(told) == live.MOST_NEWS
    assert dt_util.parse_datetime(told[-1], raise_on_error=True).timestamp() == 299


async def test_nobody_is_listened_for_when_nobody_watches(
    hass: HomeAssistant, laser: Laser, people: dict[str, Page]
) -> None:
    before = listeners(laser)
    manager, admin = people["manager"], people["admin"]
    await everything(manager)
    number = (await admin.asks(WATCH))["id"]
    assert (await admin.hears())["type"] == "all"
    assert listeners(laser) == before + 2
    await manager.socket.close()
    laser.makerspace.desk.changed.tell(7)
    await admin.unfollows(number)
    await until(lambda: listeners(laser) == before)
    await hass.async_block_till_done()
    again = await everything(admin)
    assert again["machines"][0]["name"] == "Laser"


async def test_a_page_that_leaves_at_once_leaves_nothing(
    laser: Laser, people: dict[str, Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = listeners(laser)
    page, reading = laser.makerspace.ledger.page, asyncio.Event()

    async def slowly(query: Any) -> Any:
        await reading.wait()
        return await page(query)

    monkeypatch.setattr(laser.makerspace.ledger, "page", slowly)
    await people["manager"].follows(WATCH)
    assert listeners(laser) == before + 2
    laser.makerspace.desk.changed.tell(7)
    await asyncio.sleep(2 * live.COALESCE_S)
    await people["manager"].socket.close()
    await until(lambda: listeners(laser) == before)
    reading.set()


@pytest.mark.parametrize("loss", ["role", "link", "disabled", "group", "removed"])
async def test_who_loses_the_right_loses_the_stream(
    loss: str, hass: HomeAssistant, laser: Laser, people: dict[str, Page]
) -> None:
    admin, manager = people["admin"], people["manager"]
    mara = {"member_id": (await admin.acts("list_members", search="Mara"))["members"][0]["id"]}
    watching = admin if loss == "group" else manager
    await everything(watching)
    if loss == "role":
        await admin.acts("change_member", **mara, role="Members")
    elif loss == "link":
        await admin.acts("change_member", **mara, user_id=None)
    elif loss == "disabled":
        await admin.acts("disable_member", **mara)
    elif loss == "removed":
        await admin.acts("remove_member", **mara)
    else:
        await hass.auth.async_update_user(admin.user, group_ids=[GROUP_ID_USER])
        await laser.asks("startuse", uid=ANNA)
    assert await watching.hears() == {"type": "over"}
    await laser.asks("startuse", uid=ANNA)
    assert await watching.silent()


# The web server forgets the heartbeat of a connection that it ends only when that is due.
@pytest.mark.parametrize("expected_lingering_timers", [True])
async def test_a_user_who_is_no_longer_is_disconnected(
    hass: HomeAssistant, laser: Laser, people: dict[str, Page]
) -> None:
    before = listeners(laser)
    await everything(people["manager"])
    await hass.auth.async_deactivate_user(people["manager"].user)
    await hass.auth.async_remove_user(people["manager"].user)
    await until(lambda: listeners(laser) == before)


async def test_an_unloaded_workshop_ends_its_streams(
    hass: HomeAssistant, laser: Laser, people: dict[str, Page]
) -> None:
    admin = people["admin"]
    await everything(admin)
    assert await hass.config_entries.async_unload(ENTRY)
    assert (await event(admin, lambda one: one["type"] == "over")) == {"type": "over"}
    assert await admin.refused("facts") == "not_found"
    assert await people["manager"].refused("facts") == "unauthorized"
    assert await hass.config_entries.async_setup(ENTRY)
    await hass.async_block_till_done()
    assert (await everything(admin))["machines"][0]["name"] == "Laser"
