"""The command line put together, and what becomes of errors."""

import os
import sys
from typing import Any, Final

import typer
from typer.exceptions import TyperException

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
from forge.cli.codes import INTERRUPTED, USAGE, exit_code
from forge.cli.output import JSON_FLAG, clean, write_json
from forge.errors import ForgeError

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


def main() -> None:
    """Run the command line. An error is one line, with an exit code of its family."""
    try:
        code = app(standalone_mode=False)
    except ForgeError as error:
        _tell(error.as_dict())
        sys.exit(exit_code(error.code))
    except TyperException as error:
        _usage(error)
        sys.exit(USAGE)
    except (typer.Abort, KeyboardInterrupt):
        _tell({"code": "cancelled.by_hand", "message": "Nothing more was asked", "facts": {}})
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Whoever reads has enough. Python would say so once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def _tell(error: dict[str, Any]) -> None:
    """Tell of an error: a line for people, and JSON where JSON is expected."""
    sys.stderr.write(f"{error['code']}: {clean(error['message'])}\n")
    if JSON_FLAG in sys.argv:
        write_json({"error": error})


def _usage(error: TyperException) -> None:
    """Tell how a command is used that was used otherwise."""
    if not (message := error.format_message()):
        return  # all that there is to say, the help has said
    if JSON_FLAG in sys.argv:
        _tell({"code": "validation.usage", "message": message, "facts": {}})
        return
    context = getattr(error, "ctx", None)
    if context is not None:
        sys.stderr.write(f"{context.get_usage()}\n")
    sys.stderr.write(f"validation.usage: {message}\n")
