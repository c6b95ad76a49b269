"""Brings the tables up to date; meant for a thread, with a loop of its own."""

import asyncio
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from .engine import let_go, told, writing_engine
from .errors import LedgerUnavailable, Place

_MIGRATIONS: Final = Path(__file__).parent / "migrations"


def migrate(url: str, *, to: str = "head") -> None:
    """Run the migrations that a database lacks. Raise LedgerUnavailable."""
    # Here and not above: its import takes longer than all of ours, and workshops without
    # machines never need it.
    from alembic.util.exc import CommandError  # noqa: PLC0415 - see above

    failed: Exception
    try:
        asyncio.run(_migrate(url, to))
    except CommandError:
        failed = LedgerUnavailable("The database was made by a newer Atelier", place=Place.NEWER)
    except Exception as error:  # noqa: BLE001 - raised below, without the driver's own words
        failed = told(error)
    else:
        return
    raise failed


async def _migrate(url: str, to: str) -> None:
    """Run the migrations on a connection of their own, in one transaction."""
    engine = writing_engine(url, patience_s=None)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade, to)
    except BaseException:
        # The driver's thread tells of its end after the error: this loop must still be there.
        await asyncio.sleep(0.1)
        raise
    finally:
        await let_go(engine)


def _upgrade(connection: sa.Connection, to: str) -> None:
    """Let Alembic work on a connection."""
    from alembic import command  # noqa: PLC0415 - see `migrate`
    from alembic.config import Config  # noqa: PLC0415 - see `migrate`

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, to)
