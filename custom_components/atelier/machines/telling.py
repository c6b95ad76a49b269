"""Tell what a change of uses means to those who watch a machine."""

from collections.abc import Iterator, Mapping, Sequence

from .access import Denial, decide
from .facts import Ending, Use
from .news import Happening, Kind
from .roll import Roll


def of_uses(
    roll: Roll, kept: Sequence[Use], before: Mapping[int | None, Use], at: float, *, replay: bool
) -> Iterator[Happening]:
    """Yield what happened, ends first, where `kept` uses were as `before`."""
    for use in sorted(kept, key=lambda use: use.end is None):
        old = before.get(use.id)
        if use.end is None:
            if old is not None and old.end is None:
                continue  # it only began earlier than it seemed
            kind = Kind.STARTED
        elif old is not None and old.end is not None and old.ending is use.ending:
            continue  # it only gave way
        else:
            kind = Kind.AUTO_LOGOFF if _is_auto(roll, use) else Kind.STOPPED
        yield Happening(
            kind=kind,
            machine_id=use.machine_id,
            at=at,
            member_id=use.member_id,
            denial=_against(roll, use) if kind is Kind.STARTED else None,
            ending=use.ending,
            duration_s=None if use.end is None else use.duration_s,
            replay=replay,
        )


def _is_auto(roll: Roll, use: Use) -> bool:
    """Tell whether a board logged out by itself: it does so when its time is over."""
    machine = roll.facts.machines.get(use.machine_id)
    type_ = roll.facts.types.get(machine.type_id) if machine else None
    if type_ is None or use.ending is not Ending.CARD:
        return False
    return 0 < type_.logoff_min * 60 <= use.duration_s


def _against(roll: Roll, use: Use) -> Denial | None:
    """Return why somebody should not have been let in, as offline boards may have."""
    member = roll.facts.members.get(use.member_id or 0)
    machine = roll.facts.machines.get(use.machine_id)
    if member is None or machine is None:
        return None
    return decide(roll, member, machine, use.start).denial
