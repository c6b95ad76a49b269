"""Keep what people change: in the ledger first, then in the memory that decisions go by."""

from collections.abc import Collection, Sequence
from typing import Any, cast

from ..ledger.kinds import Fact
from ..ledger.ledger import Ledger
from ..ledger.removing import Removal
from .desk import Desk
from .facts import Intervention, Permission, Use
from .roll import Kept

#: Kinds of which memory holds sums, and not each one.
_SUMMED = (Use, Intervention)


class Clerk:
    """Change facts, and nothing in memory but what changed with them; raise LedgerError."""

    def __init__(self, desk: Desk, ledger: Ledger) -> None:
        """Write to a ledger, and tell a desk."""
        self._desk = desk
        self._ledger = ledger

    async def save_all[F: Fact](self, facts: Sequence[F], *, by: str) -> list[F]:
        """Keep all facts or none; return them as kept."""
        async with self._desk.changing():
            kept = cast("list[F]", await self._ledger.save_all(facts, by=by))
            self._desk.put(*_single(kept))
            machines = (fact.machine_id for fact in kept if isinstance(fact, _SUMMED))
            await self._desk.recount(*dict.fromkeys(machines))
        return kept

    async def remove(self, kind: type[Fact], id: int, *, by: str) -> Removal:
        """Remove a fact and what goes with it."""
        async with self._desk.changing():
            removal = await self._ledger.remove(kind, id, by=by)
            if kind not in _SUMMED:
                self._desk.drop(cast("type[Kept]", kind), id)
            for fact in removal.taken.facts:
                self._desk.drop(type(fact), fact.id)
            await self._desk.recount(*removal.taken.machines)
        return removal

    async def set_permissions(
        self, granted: Sequence[Permission], revoked: Sequence[int], *, by: str
    ) -> tuple[list[Permission], Removal | None]:
        """Keep permissions and remove others, all or none; return what takes the latter back."""
        async with self._desk.changing():
            kept, removal = await self._ledger.set_permissions(granted, revoked, by=by)
            self._desk.drop(Permission, *revoked)
            self._desk.put(*kept)
        return kept, removal

    async def restore(self, removal: Removal, *, by: str) -> list[Any]:
        """Take a removal back; return the facts."""
        async with self._desk.changing():
            facts, taken = await self._ledger.restore(removal, by=by)
            self._desk.put(*_single(facts), *taken.facts)
            await self._desk.recount(*taken.machines)
        return facts


def _single(facts: Collection[Any]) -> list[Kept]:
    """Return the facts that memory holds one by one."""
    return [fact for fact in facts if not isinstance(fact, _SUMMED)]
