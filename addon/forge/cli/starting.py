"""The commands that run for as long as a Forge does, without those that ask one."""

from collections.abc import Callable
from typing import Final

import typer

from forge.cli import running

app: Final = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
COMMANDS: Final[dict[str, Callable[..., None]]] = {"serve": running.serve, "worker": running.worker}
for _command in COMMANDS.values():
    app.command()(_command)
