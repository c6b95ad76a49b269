"""What an empty ledger begins with, so that the first member can be added at once."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..machines.facts import MachineType, Role
from .changing import save_all
from .people import ROLES
from .trail import Author

#: Nobody gets a machine by belonging to a role, but for those who run the place; there is
#: no member, no card and no password to begin with.
ROLES_AT_FIRST: Final = (
    Role(name="Managers", every_machine=True, care=True, manage=True, reserved=True),
    Role(name="Staff", care=True),
    Role(name="Members"),
)
TYPE_AT_FIRST: Final = MachineType(name="Machine", logoff_min=480)


async def seed(connection: AsyncConnection, *, at: float) -> None:
    """Keep the first roles and the first type, where there never was a role."""
    if await connection.scalar(sa.select(ROLES.c.id).limit(1)) is None:
        await save_all(connection, (*ROLES_AT_FIRST, TYPE_AT_FIRST), Author("atelier", at))
