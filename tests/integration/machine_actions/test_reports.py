"""A period and a week are summed up."""

import asyncio

from homeassistant.core import HomeAssistant
import pytest

from tests.integration.machine import NOBODYS, Laser

from .acting import Do, ago


async def test_a_period_is_summed_up(laser: Laser, do: Do, anna: int) -> None:
    await do("record_use", machine_id=7, member_id=anna, start=ago(30), end=ago(20))
    figures = await do("statistics", since=ago(24), until=ago(1))
    assert (figures["hours"], figures["uses"], figures["members"]) == (pytest.approx(4), 1, 1)
    assert figures["by_machine"][0]["machine"] == "Laser"
    assert figures["by_member"] == [
        {"member_id": anna, "member_name": "Anna Rossi", "hours": pytest.approx(4), "uses": 1}
    ]


async def test_the_week_is_told_in_both_languages(laser: Laser, do: Do, anna: int) -> None:
    await do("change_member", member_id=anna, email="anna@x.it", weekly_summary=True)
    empty = await do("weekly_summary")
    assert empty["text"].endswith("No machine was used.")
    await do("add_care_plan", machine_id=7, description="Clean the lens", every_h=1)
    await do("record_use", machine_id=7, member_id=anna, start=ago(4), end=ago(1.5))
    summary = await do("weekly_summary")
    assert summary["recipients"] == ["anna@x.it"]
    assert "Laser: 2.5 h in 1 uses by 1 members" in summary["text"]
    assert "Clean the lens (1.5 h overdue)" in summary["text"]
    italian = (await do("weekly_summary", language="it"))["text"]
    assert "Laser: 2,5 h (utilizzi: 1, persone: 1)" in italian
    assert "Anna" not in summary["text"] + italian


async def test_a_week_is_seven_days_on_the_calendar(
    hass: HomeAssistant, laser: Laser, do: Do
) -> None:
    await hass.config.async_set_time_zone("Europe/Rome")
    summary = await do("weekly_summary", until="2026-10-26 12:00:00", language="it")
    assert summary["start"] == "2026-10-19T12:00:00+02:00"
    assert summary["end"] == "2026-10-26T12:00:00+01:00"
    assert summary["text"].startswith("Dal 19/10/2026 al 26/10/2026:")


async def test_a_week_counts_unknown_cards_and_names_none(laser: Laser, do: Do) -> None:
    await laser.asks("checkuser", uid=NOBODYS)
    async with asyncio.timeout(5):
        while not (await do("list_unknown_cards"))["total"]:
            await asyncio.sleep(0.01)
    week = await do("weekly_summary")
    assert week["unknown_cards"] == 1
    assert "Cards that nobody knows: 1." in week["text"]
    assert NOBODYS not in week["text"]
