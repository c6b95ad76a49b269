"""`forge artifacts`: the files that builds left."""

from pathlib import Path
from typing import Annotated, Any

import typer

from forge.cli import jobs
from forge.cli.output import size, table, write
from forge.cli.session import Session, command
from forge.errors import Invalid, NotFound

app = typer.Typer(name="artifacts", help="The files that builds left.", no_args_is_help=True)

Build = Annotated[str, typer.Argument(metavar="BUILD", help="The build's id.")]


@command(app, "list")
def list_(asked: Session, *, build_id: Build) -> None:
    """List the files of a build."""
    found = asked.client.get("builds", build_id, "artifacts")["artifacts"]
    asked.show(found, lambda: listed(found))


@command(app)
def get(
    asked: Session,
    *,
    build_id: Build,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Their names or types.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    to: Annotated[Path | None, typer.Option(help="A folder; this one.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files.")] = False,
) -> None:
    """Download files of a build; each is checked against the hash that was kept with it."""
    made = asked.client.get("builds", build_id)["artifacts"]
    wanted = made if everything else _named(made, names or [])
    folder = to or Path()
    if not folder.is_dir():
        raise Invalid(f"There is no folder {folder}", about="file")
    kept = [
        jobs.save(asked, one["job_id"], one["name"], folder, sha256=one["sha256"], force=force)
        for one in wanted
    ]
    asked.show(kept, lambda: write("".join(f"{one['path']}\n" for one in kept)))


def listed(artifacts: list[dict[str, Any]]) -> None:
    """Write files as a table."""
    table(
        ("name", "type", "filesystem", "size", "card", "sha256"),
        (
            (
                one["name"],
                one["type"],
                one["filesystem"],
                size(one["size"]),
                one["card"],
                one["sha256"][:12],
            )
            for one in artifacts
        ),
        empty="It left no files.",
    )


def _named(made: list[dict[str, Any]], names: list[str]) -> list[dict[str, Any]]:
    """Return the files that are meant, each once. Raise Invalid, NotFound."""
    if not names:
        raise Invalid("Say which files, by name or type, or --all", about="usage")
    wanted: dict[str, dict[str, Any]] = {}
    for name in names:
        fit = [one for one in made if name in (one["name"], one["type"])]
        if not fit:
            raise NotFound(
                f"The build left no {name}; it left {', '.join(one['name'] for one in made)}",
                about="artifact",
                names=[one["name"] for one in made],
            )
        wanted |= {one["name"]: one for one in fit}
    return list(wanted.values())
