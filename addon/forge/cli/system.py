"""The Forge itself: its settings, its events, tidying up."""

import json
from typing import Annotated

import typer

from forge.cli.codes import INTERRUPTED
from forge.cli.output import facts, write
from forge.cli.session import Session, Wait, command
from forge.client.streams import follow


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the commands."""
    command(app, panel=panel)(config)
    command(app, panel=panel)(events)
    command(app, panel=panel)(metrics)
    command(app, panel=panel)(tidy)


def config(asked: Session) -> None:
    """Show the Forge's settings, without secrets."""
    told = asked.client.get("config")
    asked.show(told, lambda: facts((("version", told["version"]), *told["settings"].items())))


def events(
    asked: Session,
    *,
    after: Annotated[int | None, typer.Option(min=0, help="The last id that is known.")] = None,
    count: Annotated[int | None, typer.Option(min=1, help="End after so many.")] = None,
) -> None:
    """Follow everything that happens, a line of JSON each, until Ctrl-C."""
    try:
        for number, event in enumerate(follow(asked.client, "events", after=after), 1):
            told = {"id": event.id, "type": event.type, "data": json.loads(event.data)}
            write(f"{json.dumps(told)}\n")
            if number == count:
                return
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None


def metrics(asked: Session) -> None:
    """Show figures for Prometheus."""
    text = asked.client.ask("GET", "/metrics", {})
    asked.show({"text": text}, lambda: write(text))


def tidy(
    asked: Session,
    *,
    days: Annotated[int | None, typer.Option(min=0, help="Those that ended so long ago.")] = None,
    wait: Wait = True,
) -> None:
    """Forget old jobs with their logs and files."""
    job = asked.client.post("tidy", body={} if days is None else {"older_than_days": days})
    asked.finish(job, lambda result: facts(result.items()), wait=wait, log=False)
