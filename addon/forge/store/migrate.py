"""Brings the tables up to date. Every room has a line of revisions of its own."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
import sqlalchemy as sa

from forge.errors import Unavailable
from forge.store.engine import Store

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
#: Several Forges may start at once on one server; the first brings it up to date.
_LOCK: Final = 7_046_029_254


def migrate(store: Store, *, to: str = "heads") -> None:
    """Run the revisions that a database lacks, all or none. Raise Unavailable."""
    address = store.url.render_as_string(hide_password=False)
    migrating = Store(address, foreign_keys=False)
    try:
        with migrating.write() as session:
            connection = session.connection()
            if not store.is_file:
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            command.upgrade(configuration(connection), to)
    except CommandError:
        raise Unavailable(
            "The database was made by a newer Forge: update this one", about="database"
        ) from None
    finally:
        migrating.close()


def configuration(connection: sa.Connection) -> Config:
    """Return Alembic's configuration for a connection."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
