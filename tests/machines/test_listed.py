"""Who is on the list that a gate goes by while nobody answers it."""

from custom_components.atelier.machines.facts import (
    Board,
    MachineType,
    Permission,
    Trained,
    Training,
)
from custom_components.atelier.wire.signed_list import ListedCard
from tests.machines.workshop import ADA, DRILL, LASER, SAM, SUP, T0, UMA, UPP, VIC, Workshop

DAY = 86_400.0
CARDS = {ADA: "aaaaaaa1", SAM: "aaaaaaa2", UMA: "aaaaaaa3", VIC: "aaaaaaa4"}
CARDS |= {SUP: "aaaaaaa6", UPP: "aaaaaaa7"}
LEVELS = {ADA: 2, SAM: 2, UMA: 1, VIC: 1, SUP: 2, UPP: 2}


def on_list(shop: Workshop, machine: int = LASER) -> list[ListedCard]:
    """Return the list that would be told now for a day."""
    return shop.desk.listed(machine, shop.clock() + DAY)


def of(*members: int) -> list[ListedCard]:
    """Return these members' cards, without an end."""
    return [ListedCard(CARDS[member], LEVELS[member]) for member in members]


async def test_who_may_come_in_is_on_it(shop: Workshop) -> None:
    assert on_list(shop) == of(ADA, SAM, UMA, SUP, UPP)


async def test_everybody_with_a_card_where_anybody_may(shop: Workshop) -> None:
    assert on_list(shop, DRILL) == of(ADA, SAM, UMA, VIC, SUP, UPP)


async def test_nobody_while_it_is_blocked(shop: Workshop) -> None:
    await shop.change_machine(LASER, blocked=True)
    assert on_list(shop) == []


async def test_who_was_there_last_comes_first(shop: Workshop) -> None:
    for at, card in ((100, CARDS[UMA]), (300, CARDS[SAM])):
        await shop.tell("startuse", at, uid=card)
        await shop.tell("stopuse", at + 60, uid=card, duration=60)
    assert on_list(shop) == of(SAM, UMA, ADA, SUP, UPP)


async def test_a_right_that_ends_soon_is_told_with_its_end(shop: Workshop) -> None:
    await shop.keep(Permission(member_id=VIC, machine_id=LASER, until=T0 + 3600.5))
    assert ListedCard(CARDS[VIC], 1, int(T0) + 3600) in on_list(shop)
    shop.at(3601)
    assert CARDS[VIC] not in {card.card for card in on_list(shop)}


async def test_the_longest_permission_counts(shop: Workshop) -> None:
    laser = shop.desk.facts.machines[LASER]
    await shop.keep(
        Permission(member_id=VIC, machine_id=LASER, until=T0 + 60),
        Permission(member_id=VIC, type_id=laser.type_id, until=T0 + 9 * DAY),
    )
    assert of(VIC)[0] in on_list(shop)


async def test_a_training_that_fades_ends_the_right_of_all(shop: Workshop) -> None:
    (training,) = await shop.keep(Training(name="Lasers", valid_days=1))
    (type_,) = await shop.keep(MachineType(name="GATED", training_id=training.id))
    await shop.change_machine(LASER, type_id=type_.id)
    await shop.keep(
        Trained(member_id=ADA, training_id=training.id, at=T0 - DAY / 2),
        Trained(member_id=UMA, training_id=training.id, at=T0, until=T0 + 60),
    )
    assert on_list(shop) == [
        ListedCard(CARDS[ADA], 2, int(T0 + DAY / 2)),
        ListedCard(CARDS[UMA], 1, int(T0) + 60),
    ]


async def test_only_a_gate_hears_the_time(shop: Workshop) -> None:
    """It comes with how the machine is set; the reference's boards have no room for it."""
    assert "at" not in await shop.tell("checkmachine", 5)
    about = {"ip": "127.0.0.1", "serial": "0123456789ab", "heap": "90000"}
    await shop.tell("alive", 6, version="machine_gate,1.0.0", **about)
    assert (await shop.tell("checkmachine", 7))["at"] == int(T0) + 7
    await shop.tell("alive", 8, version="hardware-rev0-it_IT,1.0.1", **about)
    assert "at" not in await shop.tell("checkmachine", 9)


def test_a_gate_says_what_it_is() -> None:
    assert Board(machine_id=7, firmware="machine_gate,1.0.0", address="").is_gate
    assert not Board(machine_id=7, firmware="machine_gates,1.0.0", address="").is_gate
