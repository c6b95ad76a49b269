"""The newest tables, made once: migrating a new database takes longer than most tests do."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from custom_components.atelier.ledger.migrate import migrate


def sqlite_with_tables(path: Path) -> str:
    """Make a file with the newest tables and nothing in them; return its URL."""
    path.write_bytes(_file())
    return _url(path)


@cache
def _file() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "ledger.db")
        # Migrating has a loop of its own, and there may be one here.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(migrate, _url(path)).result()
        return path.read_bytes()


def _url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"
