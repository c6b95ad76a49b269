"""All commands together."""

from typing import Final

import typer

from forge.cli import (
    artifacts,
    asu,
    builders,
    builds,
    cards,
    jobs,
    keys,
    mcp,
    operations,
    profiles,
    releases,
    running,
    system,
)

app: Final = typer.Typer(
    help="The heavy tools beside Home Assistant.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

_RUN: Final = "Run a Forge"
for _command in (running.serve, running.worker, running.token, running.health, running.version):
    app.command(rich_help_panel=_RUN)(_command)
mcp.add_to(app, panel=_RUN)
for _room in (profiles, releases, builders, keys, builds, artifacts, cards, jobs, asu):
    app.add_typer(_room.app, rich_help_panel="Ask a Forge")
for _room_of_one in (system, operations):
    _room_of_one.add_to(app, panel="Ask a Forge")
