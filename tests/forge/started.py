"""`python -m tests.forge.started serve …`: the command line, with the tests' kinds of jobs."""

from datetime import timedelta

from forge.cli import main
from forge.jobs import host, recovery
from tests.forge import kinds

__all__ = ["kinds"]

if __name__ == "__main__":
    # What others left is looked for as always, but sooner: it is what many tests wait for.
    host._SWEEP_EVERY_S = 1.0
    recovery._FRESH = timedelta(seconds=1)
    main()
