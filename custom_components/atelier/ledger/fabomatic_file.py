"""A Fab-O-matic backend's database file, of any of its schema versions: read, never written.

Columns and tables that old versions lack get the defaults that newer ones gave them.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
import math
from pathlib import Path
import sqlite3
from typing import Any, Final
from urllib.parse import quote

from .errors import ForeignFile

type Old = Mapping[str, Any]

#: The columns without which a file is none of theirs, by table.
_NEEDED: Final = {
    "roles": {"role_id", "role_name"},
    "users": {"user_id", "name", "role_id"},
    "machine_types": {"type_id", "type_name"},
    "machines": {"machine_id", "machine_name"},
    "uses": {"use_id", "user_id", "machine_id", "start_timestamp", "end_timestamp"},
}
#: What is read of each table, with what stands for a column that is not there.
_COLUMNS: Final[Mapping[str, Mapping[str, object]]] = {
    "roles": {
        "role_id": None,
        "role_name": "",
        "authorize_all": 0,
        "maintenance": 0,
        "backend_admin": 0,
    },
    "users": {
        "user_id": None,
        "name": "",
        "surname": "",
        "role_id": None,
        "card_UUID": None,
        "disabled": 0,
        "deleted": 0,
        "email": None,
        "receive_weekly_summary": 0,
    },
    "machine_types": {
        "type_id": None,
        "type_name": "",
        "type_timeout_min": 1440,
        "grace_period_min": 2,
        "access_management": 0,
    },
    "machines": {
        "machine_id": None,
        "machine_name": "",
        "machine_type_id": None,
        "machine_hours": 0.0,
        "blocked": 0,
    },
    "authorizations": {"authorization_id": None, "user_id": None, "machine_id": None},
    "maintenances": {
        "maintenance_id": None,
        "hours_between": None,
        "description": "",
        "lcd_message": None,
        "machine_id": None,
        "instructions_url": None,
    },
    "interventions": {
        "intervention_id": None,
        "maintenance_id": None,
        "machine_id": None,
        "user_id": None,
        "timestamp": None,
        "replay": 0,
    },
    "uses": {
        "use_id": None,
        "user_id": None,
        "machine_id": None,
        "start_timestamp": None,
        "last_seen": None,
        "end_timestamp": None,
        "replay": 0,
    },
    "unknown_cards": {"id": None, "card_UUID": None, "timestamp": None, "machine_id": None},
    "boards": {
        "board_id": None,
        "machine_id": None,
        "ip_address": "",
        "fw_version": "",
        "serial": "",
        "heap": 0,
        "last_seen": 0.0,
    },
}
_MAGIC: Final = b"SQLite format 3\0"


class OldFile:
    """Read a backend's file. Blocks: meant for a thread."""

    def __init__(self, path: Path) -> None:
        """Open a file and see whether it is whole and theirs. Raise ForeignFile."""
        _refuse_obvious(path)
        # Immutable: no lock, no journal, not even a change of the time it was read.
        uri = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
        with ExitStack() as opening:
            try:
                self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
                opening.callback(self.close)
                self._connection.row_factory = sqlite3.Row
                self._connection.text_factory = lambda text: text.decode("utf-8", "replace")
                self._there = self._look()
            except sqlite3.Error as error:
                raise ForeignFile("damaged", f"The file is damaged: {error}") from None
            opening.pop_all()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def rows(self, table: str) -> list[Old]:
        """Read a table; an empty list where this version has none."""
        return list(self._select(table, "", ()))

    def rows_after(self, table: str, last_id: int, most: int) -> list[Old]:
        """Read the next rows of a table after an id, in the order of ids."""
        key = next(iter(_COLUMNS[table]))
        return list(self._select(table, f"WHERE {key} > ? ORDER BY {key} LIMIT ?", (last_id, most)))

    def count(self, table: str) -> int:
        """Count the rows of a table."""
        if table not in self._there:
            return 0
        found: int = self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - our own names
        return found

    def used_s(self) -> dict[int, float]:
        """Sum up closed uses by machine, in seconds, as they count in ours: none negative."""
        rows = self._connection.execute(
            "SELECT machine_id, sum(max(0, end_timestamp - start_timestamp)) FROM uses"
            " WHERE typeof(end_timestamp) IN ('real', 'integer')"
            " AND typeof(start_timestamp) IN ('real', 'integer') GROUP BY machine_id"
        )
        return {int(machine): float(used) for machine, used in rows if machine is not None}

    def _look(self) -> dict[str, set[str]]:
        """Return the columns of each table. Raise ForeignFile."""
        [answer] = self._connection.execute("PRAGMA quick_check(1)").fetchone()
        if answer != "ok":
            raise ForeignFile("damaged", "The file is damaged: its own check fails")
        tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
        names = {row[0] for row in self._connection.execute(tables)}
        there = {
            table: {row["name"] for row in self._connection.execute(f"PRAGMA table_info({table})")}
            for table in _COLUMNS
            if table in names
        }
        for table, columns in _NEEDED.items():
            if not columns <= there.get(table, set()):
                raise ForeignFile(
                    "foreign", f"This is no Fab-O-matic database: its table {table} is not there"
                )
        return there

    def _select(self, table: str, rest: str, values: tuple[int, ...]) -> Iterator[Old]:
        """Read what a table has of the columns we know, and defaults for the others."""
        if table not in self._there:
            return
        known = _COLUMNS[table]
        has = [column for column in known if column in self._there[table]]
        query = f"SELECT {', '.join(has)} FROM {table} {rest}"  # noqa: S608 - our own names
        try:
            for row in self._connection.execute(query, values):
                yield {**known, **dict(row)}
        except sqlite3.Error as error:
            raise ForeignFile("damaged", f"The file is damaged: {error}") from None


def _refuse_obvious(path: Path) -> None:
    """Raise ForeignFile for what is no database, or one with changes beside it."""
    try:
        with closing(path.open("rb")) as file:
            magic = file.read(len(_MAGIC))
    except OSError as error:
        raise ForeignFile("missing", f"The file cannot be read: {error.strerror}") from None
    if magic != _MAGIC:
        raise ForeignFile("foreign", "The file is no SQLite database")
    for end in ("-wal", "-journal"):
        beside = path.with_name(path.name + end)
        if beside.exists() and beside.stat().st_size:
            raise ForeignFile(
                "unfinished", f"A file *{end} with changes lies beside it: stop the backend first"
            )


def moment(value: object) -> float | None:
    """Return a time in seconds since the epoch, None where there is none that makes sense."""
    if not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        return None
    return float(value)


def whole(value: object, default: int, most: int) -> int:
    """Return a whole number from 0 to a bound."""
    if not isinstance(value, int | float) or not math.isfinite(value):
        return default
    return min(max(int(value), 0), most)


def text(value: object, most: int, default: str = "") -> str:
    """Return text of a bounded length without zeros, or a default for none."""
    cleaned = "" if value is None else str(value).replace("\0", "").strip()[:most].strip()
    return cleaned or default
