"""`python -m tests.forge.started serve …`: the command line, with the tests' kinds of jobs."""

from datetime import timedelta
import time
from typing import Final

import pytest

from forge.cli import main
from forge.jobs import host, recovery
from forge.jobs.context import Context
from forge.jobs.states import State
from tests.forge import kinds

__all__ = ["kinds"]

#: A file in the Forge's folder: the next job lingers in the state that it names, to be killed.
LINGER: Final = "linger"
_LINGER_S: Final = 60


def _linger_where_told(patches: pytest.MonkeyPatch) -> None:
    """Have jobs linger; real ones may be through with a state before it is seen."""
    enter = Context.state

    def entered(self: Context, state: State, step: str | None = None) -> None:
        enter(self, state, step)
        told = self.settings.data_dir / LINGER
        if told.is_file() and told.read_text("ascii") == state:
            told.unlink()  # whoever begins the job again goes on
            time.sleep(_LINGER_S)

    patches.setattr(Context, "state", entered)


if __name__ == "__main__":
    # What others left is looked for as always, but sooner: it is what many tests wait for.
    patches = pytest.MonkeyPatch()
    patches.setattr(host, "_SWEEP_EVERY_S", 1.0)
    patches.setattr(recovery, "_FRESH", timedelta(seconds=1))
    _linger_where_told(patches)
    main()
