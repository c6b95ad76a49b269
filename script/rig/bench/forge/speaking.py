"""The Forge's command line with one more kind of job: its program writes lines at a pace."""

from pathlib import Path
import sys
import time
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from forge.cli import main
from forge.jobs.context import Context
from forge.jobs.kinds import job
from forge.jobs.states import Slot, State

KIND: Final = "bench.speech"
#: In the data folder: who measures says with it when the program may begin.
GO: Final = "go"
_LOOK_EVERY_S: Final = 0.05


class Speech(BaseModel):
    """How many lines, and how many a second."""

    model_config = ConfigDict(extra="forbid")

    lines: int
    lines_per_s: int


@job(KIND, slot=Slot.LIGHT)
def speech(ctx: Context, params: Speech) -> dict[str, Any]:
    """Run a program that writes lines, as a build's programs do."""
    while not (ctx.settings.data_dir / GO).exists():
        ctx.checkpoint()
        time.sleep(_LOOK_EVERY_S)
    ctx.state(State.BUILDING)
    program = Path(__file__).with_name("speaker.py").read_text("utf-8")
    ended = ctx.run_process(
        [sys.executable, "-I", "-c", program, str(params.lines), str(params.lines_per_s)]
    )
    return {"code": ended.code, "seconds": ended.seconds}


if __name__ == "__main__":
    main()
