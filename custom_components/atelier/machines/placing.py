"""Place a use in a machine's time, where no two uses may overlap."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from .facts import Use

#: Closed uses that are remembered of each machine, oldest first.
KEPT: Final = 40


def end_of(use: Use) -> float:
    """Return until when a use lasted, or has been seen to last."""
    return use.last_seen if use.end is None else use.end


def is_loose(use: Use) -> bool:
    """Tell whether only a use's length is sure: it was told later, without its time."""
    return use.replay and use.origin is None and use.end is not None


def fit(closed: Sequence[Use], duration_s: float, end: float) -> tuple[float, list[Use]]:
    """Return the start of a use that ended at `end`, and loose uses moved out of its way.

    No other use ends later than `end`.
    Uses that a board told later came in their order, each known to have ended by its
    arrival only: they give way towards the past. Before a use whose time is sure, the
    new one is cut instead: a machine cannot be used twice at a time.
    """
    wall = closed[0].start if len(closed) >= KEPT else float("-inf")
    loose: list[Use] = []
    for use in reversed(closed):
        if not is_loose(use):
            wall = max(wall, end_of(use))
            break
        loose.append(use)
    start = end - duration_s
    edge = start
    for use in loose:
        if end_of(use) <= edge:
            break
        edge = min(edge, end_of(use)) - use.duration_s
    if edge < wall:
        start = min(end, max(start, wall + sum(use.duration_s for use in loose)))
    moved: list[Use] = []
    edge = start
    for use in loose:
        if end_of(use) <= edge:
            break
        begin = max(wall, edge - use.duration_s)
        moved.append(replace(use, start=begin, end=edge, last_seen=edge))
        edge = begin
    return start, moved


def gap(closed: Sequence[Use], start: float, end: float) -> tuple[float, float]:
    """Return the part of a time, which is sure, that no other use takes; it may be empty."""
    for use in reversed(closed):
        if use.start >= end:
            continue
        if end_of(use) > end:
            end = use.start
        elif end_of(use) > start:
            start = end_of(use)
            break
    if len(closed) >= KEPT:
        start = max(start, closed[0].start)
    return min(start, end), end
