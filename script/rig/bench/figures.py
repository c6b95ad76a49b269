"""Numbers of a benchmark: samples, their middle and their spread."""

from dataclasses import dataclass
import math
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Figure:
    """What repeats of one measure came to: the median, the least and the most."""

    median: float
    least: float
    most: float
    samples: int

    @classmethod
    def of(cls, samples: Sequence[float]) -> Figure:
        """Sum up some samples, at least one."""
        return cls(median(samples), min(samples), max(samples), len(samples))


def percentile(samples: Sequence[float], share: float) -> float:
    """Return the smallest sample that `share` (0 to 1) of all samples do not exceed."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
