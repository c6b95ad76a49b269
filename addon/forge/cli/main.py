"""The command line's one entrance, and what becomes of errors."""

import os
import sys
from typing import Any

import typer
from typer.exceptions import TyperException

from forge.cli import starting
from forge.cli.codes import INTERRUPTED, USAGE, exit_code
from forge.cli.flags import JSON_FLAG
from forge.errors import ForgeError


def main() -> None:
    """Run the command line. An error is one line, with an exit code of its family."""
    try:
        code = _app()(standalone_mode=False)
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


def _app() -> typer.Typer:
    """Return the commands: who runs a Forge for days loads none of those that ask one."""
    if sys.argv[1:2] and sys.argv[1] in starting.COMMANDS:
        return starting.app
    from forge.cli import commands  # noqa: PLC0415 - a Forge that runs never gets here, and saves their memory

    return commands.app


def _tell(error: dict[str, Any]) -> None:
    """Tell of an error: a line for people, and JSON where JSON is expected."""
    from forge.cli.output import clean, write_json  # noqa: PLC0415 - 3 MB that only a command which failed needs

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
