"""Cards that are really written, and really read back."""

from collections.abc import Callable
from datetime import timedelta
import os
from pathlib import Path
import time

import pytest
import sqlalchemy as sa

from forge.errors import Cancelled, Conflict, ForgeError, Integrity, Invalid, Precondition
from forge.flash import plans
from forge.flash.block import BlockTarget
from forge.flash.rows import PlanRow
from forge.jobs.context import Context
from forge.jobs.rows import JobRow
from forge.settings import load
from forge.store.base import now
from tests.forge.flash.cards import MIB, Loop, disk_image, packed, run
from tests.forge.flash.conftest import Room
from tests.forge.flash.test_content import trailer


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """Make an image that is no whole number of anything."""
    return disk_image(tmp_path / "image.img", 9 * MIB + 1234)


@pytest.mark.parametrize("how", ["plain", "gz", "xz", "zst"])
def test_a_card_holds_what_the_image_holds(room: Room, card: Loop, plain: Path, how: str) -> None:
    image = room.keep(plain if how == "plain" else packed(plain, how))
    plan = room.plan(image, card.path)
    assert plan.device.path == card.path
    assert plan.device.backing == str(card.backing)
    assert plan.image.size == 9 * MIB + 1234
    assert plan.image.packing == (None if how == "plain" else how)
    assert card.content == b"\xa5" * 16 * MIB
    job = room.confirm(plan)
    result = room.run(job)
    assert (result["result"], result["size"]) == ("match", 9 * MIB + 1234)
    held, data = card.content, plain.read_bytes()
    assert held[: len(data)] == data
    # To the end of the last sector there are zeros; behind that nothing was touched.
    end = -(-len(data) // 512) * 512
    assert held[len(data) : end] == bytes(end - len(data))
    assert held[end:] == b"\xa5" * (16 * MIB - end)
    record = room.last()
    assert (record.status, record.result, record.by) == ("succeeded", "match", "ann")
    assert (record.sha256, record.image_name) == (plan.image.sha256, image["name"])
    assert record.began_at
    assert record.ended_at
    assert not record.suspect
    assert not record.incomplete
    assert room.forge.cards.record(record.id) == record
    assert "the card holds what was written" in room.log(job)


def test_what_openwrt_appends_does_not_come_onto_the_card(
    room: Room, card: Loop, plain: Path
) -> None:
    file = packed(plain, "gz")
    with file.open("ab") as end:
        end.write(trailer({"supported_devices": ["acme,board"]}))
    plan = room.plan(room.keep(file), card.path)
    assert plan.image.trailer is not None
    assert plan.image.trailer.supported_devices == ["acme,board"]
    assert room.run(room.confirm(plan))["result"] == "match"
    assert card.content[: 9 * MIB + 1234] == plain.read_bytes()


@pytest.mark.parametrize("size", [2 * MIB, 4 * MIB, 8 * MIB])
def test_an_image_that_fills_the_card_to_its_end(
    room: Room, loops: Callable[..., Loop], tmp_path: Path, size: int
) -> None:
    card = loops(size)
    image = disk_image(tmp_path / "image.img", size)
    assert room.write(room.keep(image), card.path, wipe=True)["result"] == "match"
    assert card.content == image.read_bytes()


def test_an_image_of_the_shared_folder(room: Room, card: Loop, plain: Path) -> None:
    folder = room.forge.settings.shared / "mine"
    folder.mkdir(parents=True)
    plain.rename(folder / "image.img")
    assert room.write({"name": "mine/image.img"}, card.path)["result"] == "match"
    assert room.last().image_job_id is None


def test_wiping_takes_the_copy_of_an_old_table_too(room: Room, card: Loop, tmp_path: Path) -> None:
    run("sfdisk", "--quiet", "--no-reread", card.path, given="label: gpt\n2048,\n")
    assert b"EFI PART" in card.content[-MIB:]
    image = room.keep(disk_image(tmp_path / "small.img", 2 * MIB))
    room.write(image, card.path)
    assert b"EFI PART" in card.content[-MIB:]
    room.write(image, card.path, wipe=True)
    assert card.content[-MIB:] == bytes(MIB)
    assert run("wipefs", "--noheadings", "--output", "TYPE", card.path) == "dos"


def test_a_card_s_facts_are_those_of_what_is_on_it_now(
    room: Room, loops: Callable[..., Loop], plain: Path, tmp_path: Path
) -> None:
    card = loops(of=disk_image(tmp_path / "before", 16 * MIB, start=4096), parts=True)
    (found,) = [device for device in room.forge.cards.cards() if device.path == card.path]
    assert [(part.start, part.size) for part in found.partitions] == [(2 * MIB, 14 * MIB)]
    room.write(room.keep(plain), card.path)
    card.show_parts()
    (found,) = [device for device in room.forge.cards.cards() if device.path == card.path]
    assert [part.start for part in found.partitions] == [MIB]
    assert (found.in_use, found.refusal, found.suspect) == (False, None, False)
    assert found.transport == "loop"


def test_partitions_that_end_behind_the_card_are_told(
    room: Room, card: Loop, tmp_path: Path
) -> None:
    path = disk_image(tmp_path / "image.img", 40 * MIB)
    os.truncate(path, 4 * MIB)
    assert room.plan(room.keep(path), card.path).past_end is True


def test_a_medium_that_gives_other_bytes_back(
    room: Room, card: Loop, plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process has the card open, so that the kernel keeps what it read before."""
    image = room.keep(plain)
    settle, settled = BlockTarget.settle, []
    opener = os.open(card.path, os.O_RDONLY)
    good = plain.read_bytes()[5 * MIB : 6 * MIB]

    def once_written(target: BlockTarget) -> None:
        settle(target)
        settled.append(target)
        if len(settled) == 2:
            assert os.pread(opener, MIB, 5 * MIB) == good
            with card.backing.open("r+b") as file:
                file.seek(5 * MIB)
                file.write(b"something else")
                file.flush()
                os.fsync(file.fileno())
            # What reads through the cache is told that all is well.
            assert os.pread(opener, MIB, 5 * MIB) == good

    job = room.confirm(room.plan(image, card.path))
    with monkeypatch.context() as patch:
        patch.setattr(BlockTarget, "settle", once_written)
        with pytest.raises(ForgeError) as failed:
            room.run(job)
    os.close(opener)
    assert failed.value.code == "flash.hash_mismatch"
    record = room.last()
    assert (record.status, record.result, record.suspect) == ("failed", "mismatch", True)
    assert record.error
    assert record.error.code == "flash.hash_mismatch"
    # It is remembered, until the card proves to be good.
    assert room.plan(image, card.path).suspect
    (found,) = [device for device in room.forge.cards.cards() if device.path == card.path]
    assert found.suspect
    room.write(image, card.path)
    assert not room.plan(image, card.path).suspect


@pytest.mark.parametrize(
    "case",
    [
        ("prefix-16MiB", 17 * MIB, "match"),
        ("prefix-16MiB", 15 * MIB, None),
        ("skipped", 15 * MIB, "skipped"),
        ("prefix-64MiB", 17 * MIB, None),
    ],
)
def test_no_more_is_read_back_than_was_asked_for(
    room: Room,
    loops: Callable[..., Loop],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    case: tuple[str, int, str | None],
) -> None:
    verification, offset, result = case
    card = loops(24 * MIB)
    image = room.keep(disk_image(tmp_path / "image.img", 20 * MIB))
    settle = BlockTarget.settle

    def after_writing(target: BlockTarget) -> None:
        settle(target)
        with card.backing.open("r+b") as file:
            file.seek(offset)
            file.write(b"worn out")

    monkeypatch.setattr(BlockTarget, "settle", after_writing)
    plan = room.plan(image, card.path, verification=verification)
    assert plan.verification == verification
    if result is None:
        with pytest.raises(ForgeError, match="other bytes"):
            room.run(room.confirm(plan))
    else:
        assert room.run(room.confirm(plan))["result"] == result
        assert room.last().status == "succeeded"


def test_a_file_that_changes_while_it_is_written_leaves_no_card_that_starts(
    room: Room, card: Loop, plain: Path
) -> None:
    image = room.keep(plain)
    job = room.confirm(room.plan(image, card.path))
    path = room.forge.files.find(image["job_id"], image["name"])

    def tamper(ctx: Context) -> None:
        state = ctx.state

        def and_then(*args: object) -> None:
            state(*args)  # type: ignore[arg-type]  # handed on
            if args[1] == "writing":
                with path.open("r+b") as file:
                    file.seek(-1, os.SEEK_END)
                    file.write(b"!")

        ctx.state = and_then  # type: ignore[method-assign, assignment]  # the moment in between

    room.before = tamper
    with pytest.raises(Integrity) as refused:
        room.run(job)
    assert refused.value.code == "integrity.checksum_mismatch"
    assert card.content[:512] == bytes(512)
    assert room.last().incomplete


def test_cancel_leaves_no_card_that_starts(room: Room, card: Loop, plain: Path) -> None:
    job = room.confirm(room.plan(room.keep(plain), card.path))

    def cancel_halfway(ctx: Context) -> None:
        progress = ctx.progress

        def and_then(percent: float | None, step: str | None = None) -> None:
            if percent is not None and percent > 30:
                ctx.end()
            progress(percent, step)

        ctx.progress = and_then  # type: ignore[method-assign]  # a person who is quick

    room.before = cancel_halfway
    with pytest.raises(Cancelled):
        room.run(job)
    held = card.content
    assert held[:512] == bytes(512)
    assert held[4 * MIB : 8 * MIB] == plain.read_bytes()[4 * MIB : 8 * MIB]
    record = room.last()
    assert (record.status, record.incomplete, record.result) == ("cancelled", True, None)


def test_a_card_that_fails_while_it_is_written(
    room: Room, loops: Callable[..., Loop], plain: Path, tmp_path: Path
) -> None:
    """Its backing file is on a disk that is full: the device answers with an error."""
    point = tmp_path / "small"
    point.mkdir()
    run("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", point)
    try:
        backing = point / "backing"
        backing.touch()
        os.truncate(backing, 16 * MIB)
        card = loops(of=backing)
        with pytest.raises(ForgeError) as failed:
            room.write(room.keep(plain), card.path)
        assert failed.value.code == "flash.io"
        assert failed.value.facts["offset"] >= 4 * MIB
        assert room.last().incomplete
        card.detach()
    finally:
        run("umount", point)


def test_a_card_that_is_taken_away_lazily_is_kept_until_it_is_read_back(
    room: Room, card: Loop, plain: Path
) -> None:
    job = room.confirm(room.plan(room.keep(plain), card.path))

    def detach(ctx: Context) -> None:
        progress = ctx.progress

        def and_then(percent: float | None, step: str | None = None) -> None:
            card.detach()
            progress(percent, step)

        ctx.progress = and_then  # type: ignore[method-assign]  # in the middle of it

    room.before = detach
    assert room.run(job)["result"] == "match"
    assert card.content[: 9 * MIB + 1234] == plain.read_bytes()


def test_nobody_else_gets_the_card_while_it_is_written(room: Room, card: Loop, plain: Path) -> None:
    image = room.keep(plain)
    job = room.confirm(room.plan(image, card.path))
    refused: list[str] = []

    def look(ctx: Context) -> None:
        progress = ctx.progress

        def and_then(percent: float | None, step: str | None = None) -> None:
            for attempt in (
                lambda: room.plan(image, card.path),
                lambda: room.forge.cards.eject(card.path),
            ):
                with pytest.raises(Precondition) as busy:
                    attempt()
                refused.append(busy.value.code)
            progress(percent, step)

        ctx.progress = and_then  # type: ignore[method-assign]  # in the middle of it

    room.before = look
    room.run(job)
    assert set(refused) == {"precondition.device_busy"}


def test_a_plan_is_confirmed_once_and_on_purpose(room: Room, card: Loop, plain: Path) -> None:
    plan = room.plan(room.keep(plain), card.path)
    cards = room.forge.cards
    for token, force in ((None, True), (plan.token, False), (None, False)):
        with pytest.raises(Precondition) as refused:
            cards.write(token, force=force, by="", key=None)
        assert refused.value.code == "precondition.force_required"
    with pytest.raises(ForgeError) as unknown:
        cards.write("0" * 32, force=True, by="", key=None)
    assert unknown.value.code == "not_found.plan"
    first = cards.write(plan.token, force=True, by="", key="mine")
    assert cards.write(plan.token, force=True, by="", key="mine").id == first.id
    with pytest.raises(Conflict) as used:
        cards.write(plan.token, force=True, by="", key="other")
    assert used.value.code == "conflict.plan_used"
    assert cards.show_plan(plan.token).used
    assert room.run(first)["result"] == "match"


def test_a_plan_runs_out(
    room: Room, card: Loop, plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = room.keep(plain)
    plan = room.plan(image, card.path)
    # A wall clock that jumps changes nothing; time that passes does.
    monkeypatch.setattr(plans, "now", lambda: now() + timedelta(days=-3))
    clock = time.clock_gettime
    monkeypatch.setattr(time, "clock_gettime", lambda which: clock(which) + 601)
    with pytest.raises(Precondition) as late:
        room.confirm(plan)
    assert late.value.code == "precondition.plan_expired"
    assert not room.forge.cards.show_plan(plan.token).used


def test_a_plan_of_another_boot_is_worth_nothing(room: Room, card: Loop, plain: Path) -> None:
    plan = room.plan(room.keep(plain), card.path)
    with room.forge.store.write() as session:
        row = session.get_one(PlanRow, plan.token)
        row.identity = {**row.identity, "boot": "another"}
    with pytest.raises(Precondition, match="too old"):
        room.confirm(plan)


def test_old_plans_are_forgotten(room: Room, card: Loop, plain: Path) -> None:
    image = room.keep(plain)
    plan = room.plan(image, card.path)
    with room.forge.store.write() as session:
        session.get_one(PlanRow, plan.token).expires_at = now() - timedelta(days=2)
    room.plan(image, card.path)
    with pytest.raises(ForgeError) as gone:
        room.forge.cards.show_plan(plan.token)
    assert gone.value.code == "not_found.plan"


def test_eject_flushes_and_says_whether_the_device_can(room: Room, card: Loop, plain: Path) -> None:
    result = room.write(room.keep(plain), card.path, eject=True)
    assert (result["result"], result["ejected"]) == ("match", False)
    assert room.last().ejected is False
    assert room.forge.cards.eject(card.path) is False


def test_records_outlive_their_jobs_and_are_found_by_device(
    room: Room, loops: Callable[..., Loop], plain: Path
) -> None:
    image, cards = room.keep(plain), [loops(), loops()]
    for card in (cards[0], cards[1], cards[0]):
        room.write(image, card.path)
    waiting = room.confirm(room.plan(image, cards[1].path))
    service = room.forge.cards
    assert room.last().status == "pending"
    room.forge.jobs.cancel(waiting.id)
    assert (room.last().status, room.last().incomplete) == ("cancelled", False)
    with room.forge.store.write() as session:
        session.execute(sa.delete(JobRow))
    found = service.records(device=cards[0].path, before=None, limit=9)
    assert [(record.status, record.job_id) for record in found] == [("succeeded", None)] * 2
    assert service.records(device=cards[0].path, before=found[0].id, limit=9) == found[1:]
    assert room.last().status == "failed"
    with pytest.raises(ForgeError) as missing:
        service.record(99)
    assert missing.value.code == "not_found.record"


def test_a_way_to_read_back_that_there_is_not() -> None:
    with pytest.raises(Invalid) as refused:
        load({"flash_verification": "skip"}, environment={})
    assert refused.value.code == "validation.settings"
    assert "command line: flash_verification" in refused.value.message
