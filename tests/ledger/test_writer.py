"""Who asks at the same time shares a commit, and nobody pays for another's mistake."""

import asyncio
from dataclasses import replace

import pytest

from custom_components.atelier.ledger import writer
from custom_components.atelier.ledger.errors import Conflict, InUse, LedgerUnavailable, Unknown
from custom_components.atelier.ledger.ledger import Ledger
from custom_components.atelier.machines.facts import Machine, Use

from .conftest import Space


def use(machine_id: int, start: float = 0, end: float | None = None) -> Use:
    """Return a use by nobody."""
    return Use(machine_id=machine_id, member_id=None, start=start, last_seen=start, end=end)


async def test_starts_at_the_same_time_share_a_commit(space: Space) -> None:
    for number in range(3, 103):
        await space.ledger.save(Machine(id=number, name=f"M{number}", type_id=1), by="x")
    before = space.ledger.writer.commits
    kept = await asyncio.gather(*(space.ledger.start_use(use(n)) for n in range(3, 103)))
    assert space.ledger.writer.commits - before <= 2
    assert len({one.id for one in kept}) == 100
    assert len((await space.ledger.load()).open_uses) == 100


async def test_one_that_fails_fails_alone(space: Space) -> None:
    await space.ledger.start_use(use(1))
    results = await asyncio.gather(
        space.ledger.start_use(use(2)),
        space.ledger.start_use(use(1)),
        space.ledger.start_use(use(77)),
        space.ledger.save(replace(space.uma, disabled=True), by="x"),
        return_exceptions=True,
    )
    assert isinstance(results[1], InUse)
    assert isinstance(results[2], Unknown)
    assert isinstance(results[3], type(space.uma))
    facts = await space.ledger.load()
    assert facts.open_uses[2] == results[0]
    assert facts.members[space.uma.id or 0].disabled


async def test_ends_and_starts_of_many_are_kept_at_once(space: Space) -> None:
    for number in range(3, 23):
        await space.ledger.save(Machine(id=number, name=f"M{number}", type_id=1), by="x")
    lasting = await asyncio.gather(*(space.ledger.start_use(use(n)) for n in range(3, 13)))
    before = space.ledger.writer.commits
    ends = [replace(one, end=5.0, last_seen=5.0) for one in lasting]
    kept = await asyncio.gather(
        *(space.ledger.save_uses([one]) for one in ends),
        *(space.ledger.start_use(use(n)) for n in range(13, 23)),
        *(space.ledger.save_uses([use(n, 10), use(n, 7, 9)]) for n in range(3, 5)),
    )
    assert space.ledger.writer.commits - before <= 2
    assert kept[:10] == [[replace(one, version=2)] for one in ends]
    facts = await space.ledger.load()
    assert facts.open_uses == {
        **dict(zip(range(13, 23), kept[10:20], strict=True)),
        3: kept[20][0],
        4: kept[21][0],
    }
    assert facts.recent[3] == [kept[0][0], kept[20][1]]


async def test_a_use_that_was_changed_meanwhile_keeps_no_other_from_its_end(space: Space) -> None:
    first, second = [await space.ledger.start_use(use(n)) for n in (1, 2)]
    await space.ledger.save_uses([replace(first, last_seen=3.0)])
    results = await asyncio.gather(
        *(
            space.ledger.save_uses([replace(one, end=5.0, last_seen=5.0)])
            for one in (first, second)
        ),
        return_exceptions=True,
    )
    assert isinstance(results[0], Conflict)
    assert set((await space.ledger.load()).open_uses) == {1}


async def test_an_error_in_the_work_itself_reaches_who_asked(space: Space) -> None:
    async def broken(connection: object) -> None:
        raise ZeroDivisionError

    results = await asyncio.gather(
        space.ledger.start_use(use(1)), space.ledger.writer.do(broken), return_exceptions=True
    )
    assert isinstance(results[1], ZeroDivisionError)
    assert (await space.ledger.load()).open_uses[1] == results[0]


async def test_who_no_longer_waits_is_no_trouble(space: Space) -> None:
    gone = asyncio.create_task(space.ledger.start_use(use(1)))
    await asyncio.sleep(0)
    gone.cancel()
    assert (await space.ledger.start_use(use(2))).id is not None


async def test_closing_commits_what_waits_and_then_refuses(space: Space, url: str) -> None:
    waiting = [asyncio.create_task(space.ledger.start_use(use(n))) for n in (1, 2)]
    await asyncio.sleep(0)
    await space.ledger.close()
    kept = await asyncio.gather(*waiting)
    with pytest.raises(LedgerUnavailable):
        await space.ledger.start_use(use(1))
    again = await Ledger.open(url)
    assert sorted((await again.load()).open_uses.values(), key=lambda one: one.machine_id) == kept
    await again.close()


async def test_too_much_at_once_is_refused_and_the_rest_is_kept(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "WAITING", 10)
    ledger = await Ledger.open(sqlite_url)
    await ledger.save(Machine(id=1, name="M", type_id=1), by="x")
    results = await asyncio.gather(
        *(ledger.start_use(use(1, at, at + 1)) for at in range(50)), return_exceptions=True
    )
    refused = [one for one in results if isinstance(one, LedgerUnavailable)]
    kept = [one for one in results if isinstance(one, Use)]
    assert refused
    assert len(refused) + len(kept) == 50
    assert (await ledger.load()).used_s == {1: len(kept)}
    await ledger.close()
