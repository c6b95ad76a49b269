"""`forge releases`: what OpenWrt's server offers."""

from typing import Annotated

import typer

from forge.cli.output import facts, note, size, table
from forge.cli.session import Session, command

app = typer.Typer(name="releases", help="What OpenWrt's server offers.", no_args_is_help=True)

Release = Annotated[str, typer.Argument(help="Such as 24.10.4.")]
Target = Annotated[str, typer.Argument(help="Such as ath79.")]
Subtarget = Annotated[str, typer.Argument(help="Such as generic.")]
Search = Annotated[str, typer.Argument(help="Words in the name.")]
Limit = Annotated[int, typer.Option(min=1, max=2000, help="How many at most.")]


@command(app, "list")
def list_(asked: Session) -> None:
    """List OpenWrt's releases."""
    told = asked.client.get("releases")
    marks = {told[name]: name for name in ("upcoming", "oldstable", "stable") if told[name]}
    asked.show(
        told,
        lambda: table(
            ("release", ""),
            ((release, marks.get(release, "")) for release in told["releases"]),
            empty="The server lists none.",
        ),
    )


@command(app)
def targets(asked: Session, *, release: Release) -> None:
    """List the targets of a release."""
    found = asked.client.get("releases", release, "targets")["targets"]
    asked.show(
        found,
        lambda: table(
            ("target", "architecture"),
            ((f"{one['target']}/{one['subtarget']}", one["architecture"]) for one in found),
            empty="There are none.",
        ),
    )


@command(app)
def boards(asked: Session, *, release: Release, search: Search = "", limit: Limit = 200) -> None:
    """Look for boards of a release."""
    told = asked.client.get("releases", release, "boards", search=search, limit=limit)

    def people() -> None:
        table(
            ("board", "target", "names"),
            ((b["id"], f"{b['target']}/{b['subtarget']}", b["titles"]) for b in told["boards"]),
            empty="No board is called so.",
        )
        if told["total"] > len(told["boards"]):
            note(f"{told['total']} match: say more of the name, or --limit")

    asked.show(told, people)


@command(app)
def target(asked: Session, *, release: Release, target: Target, subtarget: Subtarget) -> None:
    """Show a target with its boards."""
    told = asked.client.get("releases", release, "targets", target, subtarget)

    def people() -> None:
        names = ("version", "revision", "architecture", "packages")
        facts((name, told[name]) for name in names)
        table(
            ("board", "names", "packages"),
            ((one["id"], one["titles"], one["packages"]) for one in told["boards"]),
            empty="It has no boards.",
        )

    asked.show(told, people)


@command(app)
def packages(
    asked: Session,
    *,
    release: Release,
    target: Target,
    subtarget: Subtarget,
    search: Search = "",
    limit: Limit = 200,
) -> None:
    """Look for packages that a target's images may hold, by name or description."""
    found = asked.client.get(
        *("releases", release, "targets", target, subtarget, "packages"),
        search=search,
        limit=limit,
    )["packages"]
    asked.show(
        found,
        lambda: table(
            ("package", "version", "feed", "size", "description"),
            (
                (
                    *(one["name"], one["version"], one["feed"]),
                    *(size(one["size"]), one["description"]),
                )
                for one in found
            ),
            empty="No package is called so.",
        ),
    )
