"""How much a run of the Forge's benchmark does."""

from dataclasses import dataclass
from typing import Final

MIB: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Sizes, and how often what is repeated."""

    #: The store's: each profile has one build that is a hit, the others are older.
    profiles: int = 1000
    builds: int = 10_000
    #: Cached builds that are asked for, and how many of them a batch has.
    asked: int = 500
    batch: int = 100
    batches: int = 5
    #: What an Image Builder is made to weigh, packed.
    archive_mb: int = 200
    fetches: int = 5
    #: What is laid over the image and cannot be packed tighter: how long a build takes. Its
    #: partition is small, so that a build computes rather than fills memory with its image.
    files_mb: int = 64
    partition_mb: int = 256
    pairs: int = 5
    idle_s: float = 10
    #: Who watches a log, how fast it grows and for how long.
    watchers: int = 100
    lines_per_s: int = 10_000
    watched_s: float = 15
    card_mb: int = 512
    card_rounds: int = 5


FULL: Final = Plan()
QUICK: Final = Plan(
    profiles=200,
    builds=2000,
    asked=200,
    batches=3,
    archive_mb=64,
    fetches=3,
    files_mb=16,
    pairs=2,
    idle_s=4,
    watched_s=5,
    card_mb=128,
)
