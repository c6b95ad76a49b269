"""Cards from the command line: nothing is overwritten that nobody confirmed."""

from collections.abc import Iterator
import os
from pathlib import Path

import pytest
import sqlalchemy as sa

from forge.flash.rows import RecordRow
from tests.forge.cli.conftest import Line
from tests.forge.flash.cards import MIB, Loop, run
from tests.forge.house import TOKEN, House


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Loop]:
    """Plug a card in."""
    with Loop.plugged(tmp_path / "card", 16 * MIB) as card:
        yield card


@pytest.fixture
def writing(card: Loop, tmp_path: Path) -> Iterator[House]:
    """Run a Forge that may write that card, with an image in its shared folder."""
    shared = tmp_path / "data" / "shared"
    shared.mkdir(parents=True)
    image = shared / "disk.img"
    image.write_bytes(bytes(4 * MIB))
    run("sfdisk", "--quiet", image, given="label: dos\n2048,4096,c\n")
    with House(tmp_path / "data", flashing=True, flash_devices=card.path) as house:
        yield house


def test_who_may_not_write_cards_is_told_so(forge_line: Line) -> None:
    told = forge_line("cards", "list", "--json")
    assert (told.code, told.json["error"]["code"]) == (7, "precondition.flashing_disabled")


def test_a_card_is_planned_confirmed_and_written(
    writing: House, card: Loop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    line = Line(monkeypatch, FORGE_URL=writing.url, FORGE_TOKEN=TOKEN)
    assert card.path in line("cards", "list").out
    assert line("cards", "plan", card.path).code == 3
    assert line("cards", "plan", card.path, "--job", "0" * 32).code == 3
    assert line("cards", "plan", "/dev/null", "--image", "disk.img").code == 7
    assert line("cards", "plan", card.path, "--job", "0" * 32, "--file", "x.img").code == 5
    assert "Nothing was written yet." in line("cards", "records").err
    shown = line("cards", "plan", card.path, "--image", "disk.img")
    assert "Nothing is written yet" in shown.err
    plan = line("cards", "plan", card.path, "--image", "disk.img", "--wipe", "--json").json
    before = (tmp_path / "card").read_bytes()

    token = plan["token"]
    for refused in (
        line("cards", "write", token, "--json"),
        line("cards", "write", token),
        line("cards", "write", token, "--confirm", "yes"),
        line("cards", "write", token, given="y\n", terminal=True),
    ):
        assert refused.code == 7
        assert "precondition.force_required" in refused.err
    assert (tmp_path / "card").read_bytes() == before

    written = line("cards", "write", token, given=f"{card.path}\n", terminal=True)
    assert written.code == 0
    image = tmp_path / "data" / "shared" / "disk.img"
    assert (tmp_path / "card").read_bytes()[: 4 * MIB] == image.read_bytes()
    assert line("cards", "write", token, "--confirm", card.path).code == 6  # a plan is for once
    (record,) = line("cards", "records", "--device", card.path, "--json").json
    assert (record["status"], record["result"]) == ("succeeded", "match")
    assert "disk.img" in line("cards", "records").out
    assert line("cards", "eject", card.path).code == 0

    # Of partitions that end behind the card, and of a card that was bad once, a person is told.
    os.truncate(image, 40 * MIB)
    run("sfdisk", "--quiet", image, given="label: dos\n2048,,c\n")
    os.truncate(image, 4 * MIB)
    with writing.forge.store.write() as session:
        session.execute(sa.update(RecordRow).values(result="mismatch"))
    warned = line("cards", "plan", card.path, "--image", "disk.img").err
    assert "partitions end behind the card's end" in warned
    assert "gave other bytes back before" in warned
