"""A makerspace leaves its old backend, and takes along what that knew."""

from contextlib import closing
from copy import deepcopy
from dataclasses import replace
import hashlib
from pathlib import Path
import sqlite3
from typing import Any

import pytest

from custom_components.atelier.ledger import changing
from custom_components.atelier.ledger.errors import ForeignFile, LedgerError, LedgerUnavailable
from custom_components.atelier.ledger.fabomatic import bring, inspect
from custom_components.atelier.ledger.fabomatic_file import OldFile
from custom_components.atelier.ledger.ledger import Ledger
from custom_components.atelier.ledger.pages import AuditQuery, UseQuery
from custom_components.atelier.machines.facts import (
    Access,
    Ending,
    Machine,
    MachineType,
    Member,
    Use,
)

from .backend import HASH, MIDDLE_HAS, MIDDLE_LACKS, ROWS, lackable, make


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file of the newest version."""
    return make(tmp_path / "fabomatic.sqldb")


def named(facts: Any, name: str) -> Any:
    """Return the fact with a name."""
    return next(fact for fact in facts.values() if fact.name == name)


async def test_a_look_tells_what_would_come_and_what_to_know(file: Path) -> None:
    preview = await inspect(file)
    assert preview.counts == {
        "role": 3,
        "member": 5,
        "type": 2,
        "machine": 3,
        "permission": 1,
        "plan": 1,
        "unknown_card": 1,
        "board": 1,
        "use": 6,
        "intervention": 2,
    }
    assert {(note.code, note.kind, note.origin_id) for note in preview.notes} == {
        ("well_known_card", "member", 2),
        ("card_twice", "member", 4),
        ("bad_card", "member", 7),
        ("no_type", "machine", 8),
        ("lcd_text_cut", "plan", 1),
        ("bad_plan", "plan", 2),
    }


async def test_people_machines_and_rights_are_brought(ledger: Ledger, file: Path) -> None:
    brought = await bring(ledger, file, by="boss")
    assert brought.new["member"] == 5
    facts = await ledger.load()
    admins = named(facts.roles, "admins")
    assert (admins.every_machine, admins.care, admins.manage) == (True, True, True)
    staff = named(facts.roles, "Fab Staff")
    assert (staff.every_machine, staff.care, staff.manage) == (False, True, False)
    assert "Anonymous" not in {role.name for role in facts.roles.values()}
    uma = named(facts.members, "Uma")
    assert (uma.surname, uma.cards) == ("Çelik", ("aabbccdd",))
    assert named(facts.members, "Twin").cards == ()
    assert named(facts.members, "Dis").disabled
    boss = named(facts.members, "admin")
    assert (boss.email, boss.weekly_summary, boss.role_id) == ("boss@x.it", True, admins.id)
    assert {"Del", "Anonymous"}.isdisjoint(member.name for member in facts.members.values())
    laser, open_type = named(facts.types, "LASER"), named(facts.types, "OPEN")
    assert (laser.access, laser.logoff_min, laser.grace_min) == (Access.PERMITTED, 480, 5)
    assert (open_type.access, open_type.logoff_min, open_type.grace_min) == (Access.ANYBODY, 0, 2)
    assert facts.machines[7].blocked
    assert [(one.member_id, one.machine_id) for one in facts.permissions.values()] == [(uma.id, 1)]
    [plan] = facts.plans.values()
    assert (plan.every_h, plan.lcd_text, plan.url) == (10.0, "Pulire pi volte", "https://x")
    assert facts.boards[1].serial == "dcda0c419794"
    [card] = await ledger.unknown_cards()
    assert (card.card, card.first, card.last, card.count) == ("deadbeef", 100, 300, 2)


async def test_hours_are_what_they_were(ledger: Ledger, file: Path) -> None:
    await bring(ledger, file, by="boss")
    facts = await ledger.load()
    # Ten hours, of which two uses tell two; two uses that lasted tell 400 seconds more.
    assert facts.machines[1].earlier_s == 8 * 3600
    assert facts.used_s[1] == 2 * 3600 + 300 + 100
    # Their machine had less than its uses: never negative.
    assert facts.machines[7].earlier_s == 0
    assert facts.used_s[7] == 3600
    assert facts.open_uses == {}


async def test_who_was_deleted_is_nobody(ledger: Ledger, file: Path) -> None:
    brought = await bring(ledger, file, by="boss")
    uses = (await ledger.page(UseQuery(oldest_first=True))).items
    uma = named((await ledger.load()).members, "Uma").id
    assert [(use.start, use.member_id, use.replay, use.ending) for use in uses] == [
        (1000, uma, False, None),
        (5000, None, True, None),
        (5000, None, False, None),
        (9000, uma, False, Ending.SILENCE),
        (9400, uma, False, Ending.SILENCE),
    ]
    assert brought.left_out == {"use": 1, "intervention": 1}


async def test_run_again_it_brings_nothing_twice(ledger: Ledger, file: Path) -> None:
    await bring(ledger, file, by="boss")
    before = await ledger.load()
    again = await bring(ledger, file, by="boss")
    assert await ledger.load() == before
    assert {kind for kind, count in again.new.items() if count} <= {"unknown_card", "board"}
    assert again.known["use"] == 5
    assert (await ledger.page(UseQuery())).total == 5
    [card] = await ledger.unknown_cards()
    assert card.count == 2


async def test_run_again_it_brings_what_is_new_and_ends_what_lasted(
    ledger: Ledger, file: Path
) -> None:
    await bring(ledger, file, by="boss")
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE uses SET end_timestamp = 9350, last_seen = 9350 WHERE use_id = 4")
        database.execute("INSERT INTO uses VALUES (7, 3, 1, 9600, 9700, 9700, 0)")
        database.execute("INSERT INTO users (user_id, name, role_id) VALUES (9, 'New', 3)")
    again = await bring(ledger, file, by="boss")
    assert (again.new["use"], again.new["member"]) == (1, 1)
    uses = (await ledger.page(UseQuery(oldest_first=True, since=9000))).items
    assert [(use.end, use.ending) for use in uses] == [
        (9350, None),
        (9500, Ending.SILENCE),
        (9700, None),
    ]


async def test_what_was_changed_or_removed_here_stays_so(ledger: Ledger, file: Path) -> None:
    await bring(ledger, file, by="boss")
    facts = await ledger.load()
    uma, twin = named(facts.members, "Uma"), named(facts.members, "Twin")
    await ledger.save(replace(uma, name="Ulla"), by="boss")
    await ledger.remove(Member, twin.id, by="boss")
    first = (await ledger.page(UseQuery(oldest_first=True, limit=1))).items[0]
    await ledger.remove(Use, first.id or 0, by="boss")
    await bring(ledger, file, by="boss")
    facts = await ledger.load()
    assert facts.members[uma.id].name == "Ulla"
    assert twin.id not in facts.members
    assert (await ledger.page(UseQuery())).total == 4


async def test_what_is_here_already_is_not_doubled(ledger: Ledger, file: Path) -> None:
    uma = await ledger.save(
        Member(name="uma", surname="celik", role_id=3, cards=("aabbccdd",)), by="boss"
    )
    await ledger.save(Member(name="Other", role_id=3, cards=("aaaaaaa5",)), by="boss")
    await ledger.save(Machine(id=1, name="Our laser", type_id=1), by="boss")
    await ledger.save(Machine(id=3, name="DRILL1", type_id=1), by="boss")
    brought = await bring(ledger, file, by="boss")
    facts = await ledger.load()
    assert [m for m in facts.members.values() if m.name.casefold() == "uma"] == [uma]
    assert named(facts.members, "Dis").cards == ()
    assert facts.machines[1].name == "Our laser"
    assert facts.machines[1].earlier_s == 8 * 3600
    assert facts.machines[7].name == "DRILL1 (7)"
    codes = {(note.code, note.origin_id) for note in brought.notes}
    assert {("card_held", 5), ("renamed", 7)} <= codes


async def test_what_only_versions_of_the_middle_had_is_passed_over(
    ledger: Ledger, tmp_path: Path
) -> None:
    """Plans of care had files then; where to read how came later."""
    old = make(tmp_path / "middle.db", lacking=MIDDLE_LACKS, having=MIDDLE_HAS)
    with closing(sqlite3.connect(old)) as database, database:
        database.execute("UPDATE maintenances SET attachment = 'lens.pdf'")
    brought = await bring(ledger, old, by="boss")
    facts = await ledger.load()
    assert [plan.description for plan in facts.plans.values()] == ["Clean the lens"]
    assert (brought.new["use"], brought.new["intervention"]) == (5, 1)


@pytest.mark.parametrize("lacking", [[one] for one in lackable()] + [lackable()], ids=str)
async def test_files_of_old_versions_are_brought(
    sqlite_url: str, tmp_path: Path, lacking: list[str]
) -> None:
    ledger = await Ledger.open(sqlite_url)
    old = make(tmp_path / "old.db", lacking=lacking)
    looked = (await inspect(old)).counts
    brought = await bring(ledger, old, by="boss")
    assert looked["use"] == len(ROWS["uses"])
    given = 0 if "interventions" in lacking else len(ROWS["interventions"])
    assert looked["intervention"] == given
    facts = await ledger.load()
    assert facts.machines.keys() == {1, 7, 8}
    assert brought.new["use"] == 5
    assert "Uma" in {member.name for member in facts.members.values()}
    if lacking == lackable():
        assert facts.used_s == {1: 7200, 7: 3600}
        assert facts.machines[1].earlier_s == 0
        assert (facts.plans, facts.permissions, facts.boards) == ({}, {}, {})
    await ledger.close()


async def test_a_file_that_is_written_over_while_it_is_read_is_damaged(
    ledger: Ledger, tmp_path: Path
) -> None:
    rows = deepcopy(ROWS)
    rows["unknown_cards"] = [
        {"id": id_, "card_UUID": f"{id_:08x}" * 40, "timestamp": 1.7e9, "machine_id": 7}
        for id_ in range(20_000)
    ]
    old = OldFile(make(tmp_path / "large.db", rows=rows))
    (tmp_path / "large.db").write_bytes(b"SQLite format 3\0")
    with pytest.raises(ForeignFile) as caught:
        old.rows("unknown_cards")
    assert caught.value.reason == "damaged"
    old.close()


async def test_a_ledger_that_goes_away_is_no_reason_to_leave_rows_out(
    sqlite_url: str, file: Path
) -> None:
    ledger = await Ledger.open(sqlite_url)
    other = sqlite3.connect(sqlite_url.partition("///")[2], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerUnavailable):
        await bring(ledger, file, by="boss")
    other.close()
    assert (await bring(ledger, file, by="boss")).new["member"] == 5
    await ledger.close()


async def test_machines_without_any_type_are_named_and_left_out(
    ledger: Ledger, tmp_path: Path
) -> None:
    for type_id in (await ledger.load()).types:
        await ledger.remove(MachineType, type_id, by="boss")
    rows = deepcopy(ROWS) | {"machine_types": []}
    brought = await bring(ledger, make(tmp_path / "bare.db", rows=rows), by="boss")
    assert (await ledger.load()).machines == {}
    assert ("refused", "machine") in {(note.code, note.kind) for note in brought.notes}
    assert brought.new["member"] == 5


async def test_no_password_is_brought(sqlite_url: str, tmp_path: Path, file: Path) -> None:
    ledger = await Ledger.open(sqlite_url)
    await bring(ledger, file, by="boss")
    await ledger.close()
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as database:
        assert HASH not in "".join(database.iterdump())


async def test_the_import_is_in_the_audit_trail_without_names(ledger: Ledger, file: Path) -> None:
    await bring(ledger, file, by="boss")
    [entry] = (await ledger.page(AuditQuery(kind="import"))).items
    assert entry.by == "boss"
    assert entry.after is not None
    assert entry.after["new"]["member"] == 5
    assert "Uma" not in str(entry.after)


def digest(path: Path) -> tuple[str, int, list[Path]]:
    """Return what a file holds, when it changed, and what lies beside it."""
    beside = sorted(path.parent.glob("fabomatic*"))
    return hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns, beside


async def test_the_file_is_not_touched(ledger: Ledger, file: Path) -> None:
    before = digest(file)
    await inspect(file)
    await bring(ledger, file, by="boss")
    assert digest(file) == before


def spoil(path: Path, how: str) -> None:
    """Make a file one that cannot be brought."""
    match how:
        case "missing":
            path.unlink()
        case "text":
            path.write_text("name;card\nUma;aabbccdd\n")
        case "empty":
            path.write_bytes(b"")
        case "cut":
            whole = path.read_bytes()
            path.write_bytes(whole[: len(whole) // 2])
        case "scrambled":
            whole = bytearray(path.read_bytes())
            whole[4096:] = bytes(byte ^ 0x5A for byte in whole[4096:])
            path.write_bytes(whole)
        case "wal":
            path.with_name(path.name + "-wal").write_bytes(b"pages")
        case "other":
            path.unlink()
            with closing(sqlite3.connect(path)) as database, database:
                database.execute("CREATE TABLE users (user_id INTEGER, name TEXT)")
        case "odd":
            with closing(sqlite3.connect(path)) as database, database:
                database.execute("DROP TABLE machines")
                database.execute("CREATE TABLE machines (machine_id TEXT, machine_name TEXT)")
                database.execute("INSERT INTO machines VALUES ('one', 'LASER')")


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("missing", "missing"),
        ("text", "foreign"),
        ("empty", "foreign"),
        ("cut", "damaged"),
        ("scrambled", "damaged"),
        ("wal", "unfinished"),
        ("other", "foreign"),
        ("odd", "damaged"),
    ],
)
async def test_a_damaged_or_foreign_file_is_refused(
    sqlite_url: str, file: Path, how: str, reason: str
) -> None:
    spoil(file, how)
    ledger = await Ledger.open(sqlite_url)
    before = await ledger.load()
    for attempt in (inspect(file), bring(ledger, file, by="boss")):
        with pytest.raises(ForeignFile) as caught:
            await attempt
        assert caught.value.reason == reason
        assert "aabbccdd" not in str(caught.value)
    assert await ledger.load() == before
    await ledger.close()


async def test_a_second_backend_is_not_mixed_with_the_first(
    ledger: Ledger, file: Path, tmp_path: Path
) -> None:
    await bring(ledger, file, by="boss")
    rows = deepcopy(ROWS)
    for use in rows["uses"]:
        use["start_timestamp"] -= 17
    with pytest.raises(ForeignFile) as caught:
        await bring(ledger, make(tmp_path / "second.db", rows=rows), by="boss")
    assert caught.value.reason == "other_backend"


async def test_many_uses_are_brought_in_pieces(sqlite_url: str, tmp_path: Path) -> None:
    rows = deepcopy(ROWS)
    rows["uses"] = [
        {"use_id": n + 1, "user_id": 3, "machine_id": 1, "start_timestamp": n * 10.0}
        | {"last_seen": n * 10.0 + 5, "end_timestamp": n * 10.0 + 5}
        for n in range(3500)
    ]
    ledger = await Ledger.open(sqlite_url)
    brought = await bring(ledger, make(tmp_path / "big.db", rows=rows), by="boss")
    assert brought.new["use"] == 3500
    assert (await ledger.load()).used_s == {1: 3500 * 5}
    await ledger.close()


async def test_what_cannot_be_used_is_left_out_and_named(sqlite_url: str, tmp_path: Path) -> None:
    rows = deepcopy(ROWS)
    rows["users"].append({"user_id": 9, "name": "Gone", "surname": "", "role_id": 77})
    rows["machines"].append(
        {"machine_id": 99_999, "machine_name": "FAR", "machine_type_id": 1, "machine_hours": 1.0}
    )
    rows["unknown_cards"].append(
        {"id": 4, "card_UUID": "no card", "timestamp": 300.0, "machine_id": 1}
    )
    ledger = await Ledger.open(sqlite_url)
    brought = await bring(ledger, make(tmp_path / "odd.sqldb", rows=rows), by="boss")
    told = {(note.code, note.kind, note.origin_id) for note in brought.notes}
    assert {("no_role", "member", 9), ("bad_number", "machine", 99_999)} <= told
    assert [card.card for card in await ledger.unknown_cards()] == ["deadbeef"]
    assert not any(one.name in {"Gone", "FAR"} for one in (await ledger.load()).members.values())
    await ledger.close()


async def test_one_that_does_not_go_with_what_is_here_leaves_the_others(
    sqlite_url: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = await Ledger.open(sqlite_url)
    save_all = changing.save_all

    async def refusing(connection: Any, facts: Any, author: Any) -> Any:
        """Refuse as a rule would that somebody's change made meanwhile."""
        if any(isinstance(fact, Member) and fact.name == "Dis" for fact in facts):
            raise LedgerError("no")
        return await save_all(connection, facts, author)

    monkeypatch.setattr(changing, "save_all", refusing)
    brought = await bring(ledger, file, by="boss")
    assert ("refused", "member", 5) in {
        (note.code, note.kind, note.origin_id) for note in brought.notes
    }
    names = {one.name for one in (await ledger.load()).members.values()}
    assert {"Uma", "Odd"} <= names
    assert "Dis" not in names
    await ledger.close()
