"""`python -m tests.forge.started serve …`: the command line, with the tests' kinds of jobs."""

from forge.cli import main
from tests.forge import kinds

__all__ = ["kinds"]

if __name__ == "__main__":
    main()
