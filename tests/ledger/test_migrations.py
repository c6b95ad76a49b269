"""The migrations make exactly the tables that the code knows."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from custom_components.atelier.ledger import kinds
from custom_components.atelier.ledger.ledger import Ledger
from custom_components.atelier.ledger.schema import METADATA


def difference(connection: sa.Connection) -> list[object]:
    """Return what would have to be migrated."""
    assert set(METADATA.tables) > {kind.table.name for kind in kinds.KINDS.values()}
    return list(compare_metadata(MigrationContext.configure(connection), METADATA))


async def test_migrations_lead_to_the_tables_of_the_code(bare_url: str) -> None:
    await (await Ledger.open(bare_url)).close()
    engine = create_async_engine(bare_url)
    async with engine.connect() as connection:
        assert await connection.run_sync(difference) == []
    await engine.dispose()


async def test_a_ledger_that_is_opened_again_is_as_it_was(bare_url: str) -> None:
    first = await Ledger.open(bare_url)
    before = await first.load()
    await first.close()
    second = await Ledger.open(bare_url)
    assert await second.load() == before
    await second.close()
