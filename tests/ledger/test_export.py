"""What is exported can be read by people, and a copy is a ledger."""

from pathlib import Path

import pytest

from custom_components.atelier.ledger.errors import Invalid, LedgerUnavailable
from custom_components.atelier.ledger.exporting import columns_of
from custom_components.atelier.ledger.ledger import Ledger
from custom_components.atelier.ledger.pages import (
    AuditQuery,
    InterventionQuery,
    MemberQuery,
    Query,
    UnknownCardQuery,
    UseQuery,
)
from custom_components.atelier.machines.facts import Intervention, Use

from .conftest import ADA, Space, fill


async def rows(ledger: Ledger, query: Query) -> list[dict[str, object]]:
    """Return all rows of an export, by column."""
    return [
        dict(zip(columns_of(query), row, strict=True))
        async for part in ledger.export(query)
        for row in part
    ]


async def test_uses_are_exported_with_names(space: Space) -> None:
    await space.ledger.save_uses(
        [
            Use(machine_id=1, member_id=space.uma.id, start=at, last_seen=at + 5, end=at + 5)
            for at in range(0, 15000, 10)
        ]
        + [Use(machine_id=2, member_id=None, start=20000, last_seen=20030)]
    )
    found = await rows(space.ledger, UseQuery(limit=1))
    assert len(found) == 1501
    assert (found[0]["machine"], found[0]["member"], found[0]["seconds"]) == ("Drill", "", 30)
    assert (found[1]["machine"], found[1]["member"], found[1]["end"]) == (
        "Laser",
        "Uma Çelik",
        14995,
    )
    assert len(await rows(space.ledger, UseQuery(machine_id=2))) == 1


async def test_the_other_lists_are_exported_too(space: Space) -> None:
    await space.ledger.add_interventions(
        [Intervention(plan_id=1, machine_id=1, member_id=space.ada.id, at=10)]
    )
    await space.ledger.saw_unknown_card("deadbeef", 1, 10)
    [ada] = await rows(space.ledger, MemberQuery(search="ada"))
    assert (ada["role"], ada["cards"]) == ("Managers", ADA)
    [done] = await rows(space.ledger, InterventionQuery())
    assert (done["plan"], done["member"], done["machine"]) == ("Clean the lens", "Ada", "Laser")
    [card] = await rows(space.ledger, UnknownCardQuery())
    assert (card["card"], card["machine"], card["count"]) == ("deadbeef", "Laser", 1)
    changes = await rows(space.ledger, AuditQuery(kind="machine"))
    assert [change["action"] for change in changes] == ["created", "created"]


async def test_a_copy_is_a_ledger(sqlite_url: str, tmp_path: Path) -> None:
    ledger = await Ledger.open(sqlite_url)
    await fill(ledger)
    before = await ledger.load()
    await ledger.copy_to(tmp_path / "copy.db")
    with pytest.raises(LedgerUnavailable):
        await ledger.copy_to(tmp_path / "copy.db")
    await ledger.start_use(Use(machine_id=1, member_id=None, start=0, last_seen=0))
    await ledger.close()
    copy = await Ledger.open(f"sqlite+aiosqlite:///{tmp_path}/copy.db")
    assert await copy.load() == before
    await copy.close()


async def test_a_server_is_not_copied(space: Space, tmp_path: Path) -> None:
    if "postgresql" in str(space.ledger._reading.url):
        with pytest.raises(Invalid):
            await space.ledger.copy_to(tmp_path / "copy.db")
    else:
        await space.ledger.copy_to(tmp_path / "copy.db")
