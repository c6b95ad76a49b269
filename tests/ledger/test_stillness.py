"""A ledger's file is held still for a backup, unless others keep it from that."""

from contextlib import closing
from pathlib import Path
import sqlite3

import pytest
import sqlalchemy as sa

from custom_components.atelier.ledger import stillness
from custom_components.atelier.ledger.errors import LedgerUnavailable
from custom_components.atelier.ledger.stillness import hold_still


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a database that keeps a log beside it, as ledgers do."""
    file = tmp_path / "ledger.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE uses (id INTEGER)")
    return file


def test_what_another_program_is_writing_is_waited_for_and_then_told(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stillness, "WAIT_S", 0.01)
    monkeypatch.setattr(stillness, "_PAUSE_S", 0.01)
    url = sa.make_url(f"sqlite+aiosqlite:///{file}")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO uses VALUES (1)")
        with pytest.raises(LedgerUnavailable, match="locked"):
            hold_still(url)
        other.execute("COMMIT")
    with closing(hold_still(url)) as reader:
        assert reader.execute("SELECT count(*) FROM uses").fetchone() == (1,)


def test_a_file_that_is_no_database_does_not_hold_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stillness, "_PAUSE_S", 0.01)
    file = tmp_path / "ledger.db"
    file.write_bytes(b"not a database" * 100)
    with pytest.raises(LedgerUnavailable, match="not a database"):
        hold_still(sa.make_url(f"sqlite+aiosqlite:///{file}"))
    assert file.read_bytes() == b"not a database" * 100
