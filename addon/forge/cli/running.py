"""What starts the Forge, and what a container asks of it."""

import logging
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from forge import VERSION
from forge.cli.place import gathered
from forge.settings import Settings

_HEALTH_WITHIN_S: Final = 10

DataDir = Annotated[Path | None, typer.Option(help="Where everything is kept.")]
Options = Annotated[Path | None, typer.Option(help="The options file (/data/options.json).")]
LogLevel = Annotated[str | None, typer.Option(help="debug, info, warning or error.")]


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


def worker(data_dir: DataDir = None, options: Options = None, log_level: LogLevel = None) -> None:
    """Run jobs of a Forge elsewhere: set its database, its address and its token."""
    from forge import serving  # noqa: PLC0415 - as above

    serving.work(_settings(options, data_dir=data_dir, log_level=log_level))


def token(data_dir: DataDir = None, options: Options = None) -> None:
    """Print the API's token; one is made where there is none."""
    from forge import tokens  # noqa: PLC0415 - as above

    typer.echo(tokens.token(_settings(options, data_dir=data_dir)))


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
        # Containers' health checks know 0 and 1, and nothing else.
        typer.echo(f"unavailable.forge: The Forge does not answer well: {error}", err=True)
        raise typer.Exit(1) from None


def version() -> None:
    """Print the version."""
    typer.echo(VERSION)


def _settings(options: Path | None, **given: Any) -> Settings:
    """Gather the settings, and let the log be as they say."""
    settings = gathered(given, options)
    logging.basicConfig(
        level=settings.log_level.upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    # Huey tells each message it carries, Alembic each plug-in it finds.
    for name in ("huey", "alembic.runtime.plugins"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return settings
