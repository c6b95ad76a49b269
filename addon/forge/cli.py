"""The command line: what starts the Forge."""

import logging
from pathlib import Path
import sys
from typing import Annotated, Any, Final

import typer

from forge import VERSION
from forge.errors import ForgeError, Unavailable
from forge.settings import Settings, load

app = typer.Typer(
    help="The heavy tools beside Home Assistant.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

_HEALTH_WITHIN_S: Final = 10

DataDir = Annotated[Path | None, typer.Option(help="Where everything is kept.")]
Options = Annotated[Path | None, typer.Option(help="The options file (/data/options.json).")]
LogLevel = Annotated[str | None, typer.Option(help="debug, info, warning or error.")]


@app.command()
def serve(
    data_dir: DataDir = None,
    options: Options = None,
    host: Annotated[str | None, typer.Option(help="Where the API listens.")] = None,
    port: Annotated[int | None, typer.Option(help="Where the API listens.")] = None,
    log_level: LogLevel = None,
) -> None:
    """Run the Forge: its API, and workers for its jobs."""
    from forge import serving  # noqa: PLC0415 - each command loads what it needs

    settings = _settings(
        options, data_dir=data_dir, api_host=host, api_port=port, log_level=log_level
    )
    serving.serve(settings)


@app.command()
def worker(data_dir: DataDir = None, options: Options = None, log_level: LogLevel = None) -> None:
    """Run jobs of a Forge elsewhere: set its database, its address and its token."""
    from forge import serving  # noqa: PLC0415 - as above

    serving.work(_settings(options, data_dir=data_dir, log_level=log_level))


@app.command()
def token(data_dir: DataDir = None, options: Options = None) -> None:
    """Print the API's token; one is made where there is none."""
    from forge import tokens  # noqa: PLC0415 - as above

    typer.echo(tokens.token(_settings(options, data_dir=data_dir)))


@app.command()
def health(
    options: Options = None,
    port: Annotated[int | None, typer.Option(help="Where the API listens.")] = None,
) -> None:
    """Ask the Forge on this host whether it can work; exit code 1 where it cannot."""
    from urllib.request import ProxyHandler, build_opener  # noqa: PLC0415 - as above

    settings = _settings(options, api_port=port)
    try:
        url = f"http://127.0.0.1:{settings.api_port}/health"
        with build_opener(ProxyHandler({})).open(url, timeout=_HEALTH_WITHIN_S) as answer:
            typer.echo(answer.read().decode())
    except OSError as error:
        raise Unavailable(f"The Forge does not answer well: {error}", about="forge") from None


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(VERSION)


def main() -> None:
    """Run the command line; an error is one line and exit code 1."""
    try:
        app()
    except ForgeError as error:
        sys.stderr.write(f"{error.code}: {error.message}\n")
        sys.exit(1)


def _settings(options: Path | None, **given: Any) -> Settings:
    """Gather the settings, and let the log be as they say."""
    settings = load(given, options_file=options)
    logging.basicConfig(
        level=settings.log_level.upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    # Huey tells each message it carries, Alembic each plug-in it finds.
    for name in ("huey", "alembic.runtime.plugins"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return settings
