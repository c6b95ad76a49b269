"""What people change while the ledger fails, or is read anew, is in memory as the ledger has it."""

import asyncio
from dataclasses import replace

import pytest

from custom_components.atelier.ledger.errors import LedgerUnavailable
from custom_components.atelier.ledger.pages import UseQuery
from custom_components.atelier.machines.clerk import Clerk
from custom_components.atelier.machines.facts import Facts, Machine, Permission, Tally

from .workshop import DRILL, LASER, PERSON, T0, UMA, Workshop

CARD = "aaaaaaa3"


@pytest.fixture
def clerk(shop: Workshop) -> Clerk:
    """Return who keeps what people change."""
    return Clerk(shop.desk, shop.ledger)


async def test_a_correction_counts_although_the_ledger_went_away_once_it_had_it(
    shop: Workshop, clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.tell("startuse", 0, uid=CARD)
    await shop.tell("stopuse", 3600, uid=CARD, duration=3600)
    (use,) = (await shop.ledger.page(UseQuery())).items
    shown = list[int]()

    async def away(_machine_id: int) -> Tally:
        raise LedgerUnavailable("it just went")

    with monkeypatch.context() as broken:
        broken.setattr(shop.ledger, "tally", away)
        with pytest.raises(LedgerUnavailable):
            await clerk.save_all([replace(use, end=use.start + 7200)], by=PERSON)
    shop.desk.changed.listen(shown.append)
    await shop.desk.tick()
    assert shop.desk.status(LASER).hours == 2
    assert LASER in shown


async def test_a_machine_that_may_have_been_kept_is_looked_for(
    shop: Workshop, clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = shop.ledger.save_all
    machine = Machine(id=9, name="Lathe", type_id=next(iter(shop.desk.facts.types)))
    await shop.tell("checkmachine", 0, machine=9)
    assert 9 in shop.desk.strangers

    async def lost(facts: list[Machine], *, by: str) -> None:
        await keep(facts, by=by)
        raise LedgerUnavailable("the line broke before the answer came")

    with monkeypatch.context() as broken:
        broken.setattr(shop.ledger, "save_all", lost)
        with pytest.raises(LedgerUnavailable):
            await clerk.save_all([machine], by=PERSON)
    assert 9 not in shop.desk.facts.machines
    await shop.desk.tick()
    assert (await shop.tell("checkmachine", 5, machine=9))["is_valid"] is True
    assert shop.desk.status(9).online
    assert shop.desk.strangers == {}


async def test_what_is_taken_back_while_everything_is_read_stays_taken_back(
    shop: Workshop, clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (held,) = shop.desk.roll.permissions_of(UMA)
    load, read, go = shop.ledger.load, asyncio.Event(), asyncio.Event()

    async def slowly() -> Facts:
        facts = await load()
        read.set()
        await go.wait()
        return facts

    monkeypatch.setattr(shop.ledger, "load", slowly)
    refreshing = asyncio.create_task(shop.desk.refresh())
    await read.wait()
    revoking = asyncio.create_task(clerk.remove(Permission, held.id or 0, by=PERSON))
    # A card is answered meanwhile, by what was known.
    assert (await shop.tell("checkuser", 0, uid=CARD))["is_valid"] is True
    go.set()
    await asyncio.gather(refreshing, revoking)
    assert (await shop.tell("checkuser", 1, uid=CARD))["is_valid"] is False


async def test_a_correction_leaves_the_use_that_lasts_as_it_was_last_seen(
    shop: Workshop, clerk: Clerk
) -> None:
    await shop.tell("startuse", 0, uid=CARD)
    await shop.tell("stopuse", 60, uid=CARD, duration=60)
    await shop.tell("startuse", 100, uid=CARD)
    await shop.tell("inuse", 400, uid=CARD, duration=300)
    (first,) = (await shop.ledger.page(UseQuery(lasting=False))).items
    await clerk.save_all([replace(first, end=first.start + 50)], by=PERSON)
    assert shop.desk.facts.open_uses[LASER].last_seen == T0 + 400
    assert shop.desk.status(LASER).hours * 3600 == pytest.approx(50 + 300)


async def test_what_was_seen_of_a_use_is_kept_by_who_reads_but_cannot_write(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.tell("startuse", 0, uid=CARD)
    await shop.tell("inuse", 300, uid=CARD, duration=300)

    async def full(_seen: dict[int, float]) -> None:
        raise LedgerUnavailable("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(shop.ledger, "see_uses", full)
        await shop.desk.refresh()
    assert shop.desk.facts.open_uses[LASER].last_seen == T0 + 300
    await shop.desk.tick()
    assert (await shop.ledger.load()).open_uses[LASER].last_seen == T0 + 300


async def test_after_a_doubt_everything_is_read_once_for_all_who_wait(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, loads = shop.ledger.load, 0

    async def away() -> Facts:
        raise LedgerUnavailable("it is away")

    async def counted() -> Facts:
        nonlocal loads
        loads += 1
        return await load()

    monkeypatch.setattr(shop.ledger, "load", away)
    with pytest.raises(LedgerUnavailable):
        await shop.desk.refresh()
    assert (await shop.tell("startuse", 0, uid=CARD))["request_ok"] is False
    monkeypatch.setattr(shop.ledger, "load", counted)
    answers = await asyncio.gather(
        shop.tell("startuse", 5, uid=CARD), shop.tell("startuse", 5, machine=DRILL, uid=CARD)
    )
    assert [answer["request_ok"] for answer in answers] == [True, True]
    assert loads == 1
