"""Cards are given and taken, and unknown ones told."""

from typing import Any

from tests.integration.machine import ANNA, NOBODYS, Laser

from .acting import NEW, Do, refused


async def test_a_card_is_given_and_taken(laser: Laser, do: Do, anna: int, berto: int) -> None:
    assert (await do("add_card", member_id=anna, card="0A0B0C0D"))["member"]["cards"] == [ANNA, NEW]
    assert (await laser.asks("checkuser", uid=NEW))["is_valid"] is True
    await refused(do("add_card", member_id=berto, card=NEW), "ledger_duplicate_card")
    await refused(do("add_card", member_id=anna, card=NEW), "ledger_duplicate_card")
    await refused(do("add_card", member_id=anna, card="too short"), "ledger_invalid_card")
    assert (await do("remove_card", card=NEW))["member"]["cards"] == [ANNA]
    assert (await laser.asks("checkuser", uid=NEW))["is_valid"] is False
    await refused(do("remove_card", card=NEW), "ledger_unknown_card")


async def test_an_unknown_card_is_listed_until_it_is_somebodys(
    laser: Laser, do: Do, anna: int
) -> None:
    await laser.asks("checkuser", uid=NOBODYS)
    cards: list[dict[str, Any]] = []
    while not cards:
        cards = (await do("list_unknown_cards"))["cards"]
    assert [(card["card"], card["machine_id"], card["count"]) for card in cards] == [
        (NOBODYS, 7, 1)
    ]
    assert cards[0]["machine"] == "Laser"
    await do("add_card", member_id=anna, card=NOBODYS)
    assert (await do("list_unknown_cards"))["total"] == 0


async def shown(laser: Laser, do: Do) -> None:
    """Show a card that nobody knows, and wait until the ledger has it."""
    await laser.asks("checkuser", uid=NOBODYS)
    while not (await do("list_unknown_cards"))["total"]:
        pass


async def test_an_unknown_card_becomes_a_new_members(laser: Laser, do: Do) -> None:
    await shown(laser, do)
    await do("add_member", name="Cleo", role="Members", cards=[NOBODYS.upper()])
    assert (await do("list_unknown_cards"))["total"] == 0


async def test_an_unknown_card_is_dismissed_until_it_is_shown_again(laser: Laser, do: Do) -> None:
    await shown(laser, do)
    await refused(do("dismiss_unknown_card", card=NOBODYS, machine_id=8), "ledger_unknown_card")
    await refused(do("dismiss_unknown_card", card="nonsense"), "ledger_invalid_card")
    assert await do("dismiss_unknown_card", card=NOBODYS.upper(), machine_id=7) == {"dismissed": 1}
    assert (await do("list_unknown_cards"))["total"] == 0
    (change,) = (await do("list_changes", kind="unknown_card"))["changes"]
    assert (change["action"], change["before"]) == ("dismissed", {"machines": [7]})
    await shown(laser, do)
    assert await do("dismiss_unknown_card", card=NOBODYS) == {"dismissed": 1}
