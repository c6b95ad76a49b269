"""How much a run of the machines benchmark does."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Makerspace:
    """Sizes of a makerspace."""

    machines: int
    members: int
    uses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Sizes and seconds; `few` is what is compared with `many`, size by size."""

    few: Makerspace = Makerspace(machines=50, members=100, uses=0)
    many: Makerspace = Makerspace(machines=500, members=10_000, uses=500_000)
    #: Queries a second of all boards together, where their pace is given.
    rate: float = 200
    pace_s: float = 30
    #: Seconds of each closed loop, and how often each is repeated.
    loop_s: float = 5
    loops: int = 3
    flood_rate: float = 1000
    flood_s: float = 8
    #: How often each page of uses is asked for.
    pages: int = 30
    starts: int = 3


FULL: Final = Plan()
QUICK: Final = Plan(
    many=Makerspace(machines=100, members=1000, uses=20_000),
    pace_s=8,
    loop_s=2,
    loops=1,
    flood_s=3,
    pages=10,
    starts=1,
)
