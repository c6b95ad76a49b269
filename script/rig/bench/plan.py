"""How much a run of the props benchmark does."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Sizes and repeats; the fleet is what speaks under load, the crowd what is started with."""

    fleet: int = 20
    burst_messages: int = 3000
    bursts: int = 5
    watched_messages: int = 800
    watches: int = 3
    update_messages: int = 300
    updates: int = 3
    presses: int = 200
    press_rounds: int = 3
    rate_s: float = 5
    rate_steps: int = 6
    crowd: int = 1000
    bare_starts: int = 3
    starts: int = 3
    idle_s: float = 10


FULL: Final = Plan()
QUICK: Final = Plan(
    burst_messages=1000,
    bursts=3,
    watched_messages=300,
    watches=1,
    update_messages=150,
    updates=1,
    presses=50,
    press_rounds=1,
    rate_s=2,
    rate_steps=4,
    crowd=100,
    bare_starts=1,
    starts=1,
    idle_s=3,
)
