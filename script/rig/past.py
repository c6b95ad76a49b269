"""What the demo's machines were used for in the last weeks: plausible, and the same each time."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
import random
from typing import TYPE_CHECKING, Final

from rig.makers import VALID_DAYS

if TYPE_CHECKING:
    from rig.makers import Machine, Maker, Makers

_OPENS: Final = time(10)
_CLOSES: Final = time(21)
_CLOSED_DAY: Final = 0  # Monday
_SHORTEST_MIN: Final = 20
_LONGEST_MIN: Final = 150
_BREAK_MIN: Final = (5, 240)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastUse:
    """Who used which machine from when to when."""

    machine: Machine
    maker: Maker
    start: datetime
    end: datetime

    @property
    def hours(self) -> float:
        """Return how long it lasted."""
        return (self.end - self.start) / timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The uses of a machine, oldest first, and when it was last cared for."""

    uses: tuple[PastUse, ...]
    cared: datetime


def past_of(makers: Makers, now: datetime) -> dict[int, Past]:
    """Return the past of each machine: so much of it since its care as leaves what is planned."""
    pasts: dict[int, Past] = {}
    for machine in makers.machines:
        elsewhere = [use for past in pasts.values() for use in past.uses]
        pasts[machine.number] = _since_care(
            machine, _backwards(makers, machine, now, elsewhere), now
        )
    return pasts


def _since_care(machine: Machine, backwards: list[PastUse], now: datetime) -> Past:
    """Cut short the use with which all since the last care adds up to what is planned."""
    wanted = machine.care_h - machine.left_h
    uses: list[PastUse] = []
    cared: datetime | None = None
    since_care = 0.0
    for use in backwards:
        told = use
        if cared is None and since_care + use.hours >= wanted:
            told = replace(use, start=use.end - timedelta(hours=wanted - since_care))
            cared = told.start - timedelta(minutes=1)
        since_care += told.hours
        uses.append(told)
    uses.reverse()
    return Past(uses=tuple(uses), cared=cared or now)


def _backwards(
    makers: Makers, machine: Machine, now: datetime, elsewhere: list[PastUse]
) -> list[PastUse]:
    """Return all uses of some weeks, the latest first: none today, nobody at two machines."""
    # The demo looks alike each time; nothing secret hangs on it.
    dice = random.Random(machine.number)  # noqa: S311
    uses = []
    for days in range(1, makers.weeks * 7 + 1):
        day = (now - timedelta(days=days)).date()
        if day.weekday() == _CLOSED_DAY:
            continue
        end = datetime.combine(day, _CLOSES, now.tzinfo)
        opens = datetime.combine(day, _OPENS, now.tzinfo)
        while True:
            end -= timedelta(minutes=dice.randint(*_BREAK_MIN))
            start = end - timedelta(minutes=dice.randint(_SHORTEST_MIN, _LONGEST_MIN))
            if start < opens:
                break
            away = {use.maker for use in elsewhere if use.start < end and start < use.end}
            able = [
                maker
                for maker in makers.people
                if maker not in away and _could(makers, maker, machine, start, now)
            ]
            use = PastUse(machine=machine, maker=dice.choice(able), start=start, end=end)
            uses.append(use)
            end = start
    return uses


def _could(makers: Makers, maker: Maker, machine: Machine, at: datetime, now: datetime) -> bool:
    """Tell whether somebody was let in then: anybody at the drill, at the laser who knew how."""
    if machine.type == makers.drill_type:
        return True
    if maker.trained is None:
        return False
    learnt = now - maker.trained
    return learnt <= at < learnt + timedelta(days=VALID_DAYS)
