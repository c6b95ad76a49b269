"""The audit trail: who changed what."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from .audit import AUDIT
from .kinds import Kind, as_json
from .schema import Values


@dataclass(frozen=True, slots=True)
class Author:
    """Tell who changes something, and when."""

    by: str
    at: float

    def entry(
        self,
        kind: Kind,
        action: str,
        id: int,
        *,
        before: Any = None,
        after: Any = None,
    ) -> Values:
        """Return what is written down of one change of a fact."""
        return {
            "at": self.at,
            "by": self.by,
            "action": action,
            "kind": kind.name,
            "fact_id": id,
            "before": None if before is None else as_json(before),
            "after": None if after is None else as_json(after),
        }

    def plain_entry(self, action: str, what: str, **values: Values) -> Values:
        """Return what is written down of a change of what is no fact."""
        row = {"at": self.at, "by": self.by, "action": action, "kind": what, "fact_id": 0}
        return row | {"before": None, "after": None} | values


async def write_down(connection: AsyncConnection, entries: Iterable[Values]) -> None:
    """Write entries into the trail."""
    if rows := list(entries):
        await connection.execute(sa.insert(AUDIT), rows)
