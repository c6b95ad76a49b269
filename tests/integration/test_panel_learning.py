"""Cards are learnt by tapping them: told to who asks for it, and to nobody else."""

from datetime import timedelta

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.atelier.panel.learning import LEARN_S

from .machine import ANNA, NOBODYS, Laser, until
from .panel import ENTRY, Page


async def test_a_card_is_told_with_whose_it_is(laser: Laser, people: dict[str, Page]) -> None:
    manager = people["manager"]
    await manager.follows("cards/learn")
    await laser.asks("checkuser", uid=NOBODYS)
    told = await manager.hears()
    assert dt_util.parse_datetime(told.pop("at"), raise_on_error=True)
    assert told == {
        "card": NOBODYS,
        "machine_id": 7,
        "member_id": None,
        "member_name": None,
    }
    await laser.asks("checkuser", uid=ANNA)
    told = await manager.hears()
    assert (told["card"], told["member_id"], told["member_name"]) == (ANNA, 1, "Anna Rossi")


async def test_a_board_that_is_no_machine_yet_will_do(
    laser: Laser, people: dict[str, Page]
) -> None:
    await people["admin"].follows("cards/learn")
    laser.says("checkuser", number="33", uid=NOBODYS)
    told = await people["admin"].hears()
    assert (told["card"], told["machine_id"]) == (NOBODYS, 33)


async def test_a_card_that_stays_is_told_once_a_second(
    laser: Laser, people: dict[str, Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    await people["admin"].follows("cards/learn")
    for _ in range(5):
        await laser.asks("checkuser", uid=NOBODYS)
    assert (await people["admin"].hears())["card"] == NOBODYS
    assert await people["admin"].silent()
    now = dt_util.utcnow().timestamp() + 2
    monkeypatch.setattr(laser.makerspace.desk, "_clock", lambda: now)
    await laser.asks("checkuser", uid=NOBODYS)
    assert (await people["admin"].hears())["card"] == NOBODYS


async def test_a_flood_of_cards_drowns_no_page(laser: Laser, people: dict[str, Page]) -> None:
    now = dt_util.utcnow().timestamp()
    laser.makerspace.desk._clock = lambda: now
    await people["admin"].follows("cards/learn")
    for number in range(60):
        await laser.asks("checkuser", uid=f"{number:08x}")
    count = 0
    while not await people["admin"].silent():
        await people["admin"].hears()
        count += 1
    assert count == 20


async def test_learning_ends_by_itself(
    hass: HomeAssistant, laser: Laser, people: dict[str, Page]
) -> None:
    await people["admin"].follows("cards/learn")
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=LEARN_S + 1))
    assert await people["admin"].hears() == {"type": "over"}
    assert laser.makerspace.desk.tapped._listeners == []
    await laser.asks("checkuser", uid=ANNA)
    assert await people["admin"].silent()


async def test_learning_ends_with_the_right(laser: Laser, people: dict[str, Page]) -> None:
    manager, admin = people["manager"], people["admin"]
    await manager.follows("cards/learn")
    mara = (await admin.acts("list_members", search="Mara"))["members"][0]["id"]
    await admin.acts("change_member", member_id=mara, role="Members")
    await laser.asks("checkuser", uid=ANNA)
    assert await manager.hears() == {"type": "over"}
    assert await manager.silent()


async def test_learning_ends_with_the_page_the_connection_and_the_workshop(
    hass: HomeAssistant, laser: Laser, people: dict[str, Page]
) -> None:
    manager, admin = people["manager"], people["admin"]
    number = await manager.follows("cards/learn")
    await manager.unfollows(number)
    listeners = laser.makerspace.desk.tapped._listeners
    assert listeners == []
    await manager.follows("cards/learn")
    await manager.socket.close()
    await until(lambda: listeners == [])
    await admin.follows("cards/learn")
    assert await hass.config_entries.async_unload(ENTRY)
    assert await admin.hears() == {"type": "over"}
    assert listeners == []


async def test_a_card_is_in_no_word_about_a_tap(
    laser: Laser, people: dict[str, Page], caplog: pytest.LogCaptureFixture
) -> None:
    taps = []
    laser.makerspace.desk.tapped.listen(taps.append)
    await laser.asks("checkuser", uid=NOBODYS)
    assert taps[0].card == NOBODYS
    assert NOBODYS not in repr(taps)
    assert NOBODYS not in caplog.text
