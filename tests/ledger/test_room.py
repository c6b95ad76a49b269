"""The ledger knows facts and databases, and nothing of Home Assistant; it never blocks the loop."""

import ast
from collections.abc import Iterator
from pathlib import Path
import sys

from blockbuster import BlockBuster, blockbuster_ctx
import pytest

import custom_components.atelier.ledger
from custom_components.atelier.ledger import ledger as ledger_module
from custom_components.atelier.ledger.fabomatic import bring
from custom_components.atelier.ledger.ledger import Ledger
from custom_components.atelier.ledger.pages import UseQuery
from custom_components.atelier.machines.facts import Member, Use

from .backend import make
from .conftest import fill

ROOM = Path(custom_components.atelier.ledger.__file__).parent
OTHERS = {"sqlalchemy", "alembic", "asyncpg"}


@pytest.mark.parametrize("path", sorted(ROOM.rglob("*.py")), ids=lambda path: path.stem)
def test_a_module_imports_databases_and_facts_only(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = {alias.name.partition(".")[0] for alias in node.names}
            assert names <= OTHERS | sys.stdlib_module_names
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            assert str(node.module).partition(".")[0] in OTHERS | sys.stdlib_module_names
        elif isinstance(node, ast.ImportFrom) and node.level > 1:
            assert node.module == "machines.facts"


@pytest.fixture
def unblocked() -> Iterator[BlockBuster]:
    """Let calls that block the loop fail."""
    with blockbuster_ctx() as blockbuster:
        yield blockbuster


async def test_nothing_blocks_the_loop(
    sqlite_url: str, tmp_path: Path, unblocked: BlockBuster, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "old.db"
    unblocked.deactivate()
    make(file)
    # Migrations run in a thread, on a loop of their own, which may be blocked.
    await (await Ledger.open(sqlite_url)).close()
    monkeypatch.setattr(ledger_module, "migrate", lambda url: None)
    unblocked.activate()
    ledger = await Ledger.open(sqlite_url)
    space = await fill(ledger)
    use = Use(machine_id=2, member_id=None, start=0, last_seen=1, end=1)
    await ledger.save_uses([use])
    removal = await ledger.remove(Member, space.uma.id or 0, by="x")
    await ledger.restore(removal, by="x")
    await bring(ledger, file, by="x")
    await ledger.page(UseQuery())
    await ledger.copy_to(tmp_path / "copy.db")
    await ledger.retain(1e9)
    assert (await ledger.load()).used_s
    await ledger.close()
