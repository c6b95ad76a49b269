"""Let a SQLite file be copied byte by byte while others go on writing."""

from contextlib import closing
import sqlite3
import time
from typing import Final

import sqlalchemy as sa

from .engine import WAIT_S
from .errors import LedgerUnavailable

#: How often, and after how long, it is tried again while somebody reads an older state.
_TRIES: Final = 20
_PAUSE_S: Final = 0.1


def hold_still(url: sa.URL) -> sqlite3.Connection:
    """Keep a database's main file unchanged until the connection is closed. Blocks.

    All that was committed is moved into the main file; a reader that stays at that state then
    keeps later commits in the log beside it, which only grows. Main file and log, copied at
    any moment and in any order, are a state that there was: what of the log is torn is left
    out by its checksums (https://sqlite.org/walformat.html).
    """
    failed: str = "somebody reads an older state"
    for _ in range(_TRIES):
        reader = sqlite3.connect(
            url.database or "", timeout=WAIT_S, isolation_level=None, check_same_thread=False
        )
        try:
            if _settled(url, reader):
                return reader
        except sqlite3.Error as error:
            failed = str(error)
        reader.close()
        time.sleep(_PAUSE_S)
    raise LedgerUnavailable(f"The ledger does not hold still: {failed}")


def _settled(url: sa.URL, reader: sqlite3.Connection) -> bool:
    """Begin to read, and tell whether the main file holds all that is read."""
    with closing(
        sqlite3.connect(url.database or "", timeout=WAIT_S, isolation_level=None)
    ) as other:
        # Nobody commits between the reader's beginning and the move of what it sees.
        other.execute("BEGIN IMMEDIATE")
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        with closing(sqlite3.connect(url.database or "", timeout=0, isolation_level=None)) as mover:
            _, log, moved = mover.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        other.execute("ROLLBACK")
    return bool(log == moved)
