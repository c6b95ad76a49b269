"""`forge asu`: what OpenWrt's own clients find at this Forge, and the address they are given."""

from typing import Annotated

import typer

from forge.cli.output import facts, note, table, write
from forge.cli.session import Session, command
from forge.client.http import at

app = typer.Typer(
    name="asu", help="A build server for owut, auc and the firmware selector.", no_args_is_help=True
)


@command(app)
def address(asked: Session) -> None:
    """Write the address that clients are given; it holds a key that opens nothing else."""
    path = asked.client.get("asu-address")["path"]
    url = f"{asked.client.url}{path}"

    def people() -> None:
        write(f"{url}\n")
        note("On a router: uci set attendedsysupgrade.server.url=…, uci commit; then owut check")

    asked.show({"url": url, "path": path}, people)


@command(app)
def branches(asked: Session) -> None:
    """List the branches and releases that clients are shown."""
    found = asked.client.read("/json/v1/branches.json")
    asked.show(
        found,
        lambda: table(
            ("branch", "releases", "targets", "renamed packages"),
            (
                (
                    one["name"],
                    ", ".join(one["versions"]),
                    len(one["targets"]),
                    len(one["package_changes"]),
                )
                for one in found
            ),
            empty="There are none.",
        ),
    )


@command(app)
def stats(
    asked: Session,
    *,
    branch: Annotated[str | None, typer.Option(help="Packages of its images only.")] = None,
    count: Annotated[int, typer.Option(min=1, max=100, help="So many packages.")] = 10,
) -> None:
    """Tell of the last day's builds, and of the packages that were asked for most."""
    summary = asked.client.get("stats", "summary")
    top = asked.client.get("top-packages", branch=branch, n=count)["packages"]

    def people() -> None:
        facts(summary.items())
        table(
            ("package", "images"),
            ((one["name"], one["count"]) for one in top),
            empty="No image was built in thirty days.",
        )

    asked.show({**summary, "packages": top}, people)


@command(app)
def errors(
    asked: Session,
    *,
    count: Annotated[int, typer.Option(min=1, max=500, help="So many.")] = 20,
) -> None:
    """List the newest builds that failed, a line each."""
    text = asked.client.ask("GET", at("build-errors"), {"n_entries": count}) or ""
    asked.show({"lines": text.splitlines()}, lambda: write(text))
