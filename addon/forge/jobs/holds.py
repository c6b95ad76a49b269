"""Jobs that a room still needs: they are not forgotten, with their logs and files."""

from collections.abc import Callable
from typing import Final

import sqlalchemy as sa

from forge.jobs.rows import JobRow

_HOLDS: Final[list[Callable[[], sa.Select[tuple[str]]]]] = []


def hold(jobs: Callable[[], sa.Select[tuple[str]]]) -> None:
    """Keep the jobs whose ids a query gives."""
    _HOLDS.append(jobs)


def free() -> list[sa.ColumnElement[bool]]:
    """Return the conditions under which nobody needs a job any more."""
    return [JobRow.id.not_in(jobs()) for jobs in _HOLDS]
