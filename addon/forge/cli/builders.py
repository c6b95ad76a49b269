"""`forge builders`: Image Builders."""

from collections import Counter
from typing import Annotated, Any

import typer

from forge.cli.asking import sure
from forge.cli.output import facts, moment, note, size, table
from forge.cli.releases import Release, Subtarget, Target
from forge.cli.session import Log, Session, Wait, command
from forge.openwrt.builders.states import BuilderState

app = typer.Typer(name="builders", help="Image Builders.", no_args_is_help=True)


@command(app, "list")
def list_(
    asked: Session,
    *,
    state: Annotated[BuilderState | None, typer.Option(help="Those in it.")] = None,
) -> None:
    """List Image Builders."""
    told = asked.client.get("builders", state=state.value if state else None)
    asked.show(told, lambda: _table(told["builders"], "There are none."))


@command(app)
def info(asked: Session) -> None:
    """Tell how many there are, and what they take."""
    told = asked.client.get("builders")
    counts = Counter(one["state"] for one in told["builders"])
    summary = {"count": len(told["builders"]), "size": told["size"], "states": dict(counts)}
    asked.show(
        summary,
        lambda: facts(
            (("builders", summary["count"]), ("size", size(told["size"])), *sorted(counts.items()))
        ),
    )


@command(app)
def show(asked: Session, *, release: Release, target: Target, subtarget: Subtarget) -> None:
    """Show an Image Builder."""
    told = asked.client.get("builders", release, target, subtarget)
    asked.show(told, lambda: _facts(told))


@command(app)
def ensure(
    asked: Session,
    *,
    release: Release,
    target: Target,
    subtarget: Subtarget,
    force: Annotated[bool, typer.Option("--force", help="Fetch it anew.")] = False,
    wait: Wait = True,
    log: Log = False,
) -> None:
    """Have an Image Builder downloaded, verified and unpacked."""
    body = {"release": release, "target": target, "subtarget": subtarget, "force": force}
    job = asked.client.post("builders", "ensure", body=body)
    if not wait:
        asked.finish(job, _facts, wait=False, log=log)
        return
    asked.ended(job["id"], log=log)
    told = asked.client.get("builders", release, target, subtarget)
    asked.show(told, lambda: _facts(told))


@command(app)
def prune(
    asked: Session,
    *,
    release: Annotated[str | None, typer.Option(help="Those of a release.")] = None,
    target: Annotated[str | None, typer.Option(help="Those for a target.")] = None,
    subtarget: Annotated[str | None, typer.Option(help="Those for a subtarget.")] = None,
    unused_days: Annotated[int | None, typer.Option(min=0, help="Not used for so long.")] = None,
    most_mb: Annotated[
        int | None, typer.Option(min=0, help="Only as many as it takes to come below this.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that no build needs.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Also those with builds.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Only tell.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    wait: Wait = True,
) -> None:
    """Delete Image Builders that no build needs."""
    said = {
        "release": release,
        "target": target,
        "subtarget": subtarget,
        "unused_days": unused_days,
        "most_mb": most_mb,
    }
    body: dict[str, Any] = {name: value for name, value in said.items() if value is not None}
    body |= {"all": everything, "force": force}
    plan = asked.client.post("builders", "prune", "plan", body=body)
    if dry_run or not plan["pruned"]:
        asked.show(plan, lambda: _pruned(plan))
        return
    if not asked.as_json:
        _pruned(plan)
    sure("Delete them?", yes=yes, as_json=asked.as_json)
    job = asked.client.post("builders", "prune", body=body)
    asked.finish(
        job, lambda result: note(f"Freed: {size(result.get('freed'))}"), wait=wait, log=False
    )


@command(app)
def delete(
    asked: Session,
    *,
    release: Release,
    target: Target,
    subtarget: Subtarget,
    force: Annotated[bool, typer.Option("--force", help="Also with builds.")] = False,
    wait: Wait = True,
) -> None:
    """Delete an Image Builder."""
    job = asked.client.delete("builders", release, target, subtarget, force=force)
    asked.finish(job, lambda _result: note("It is deleted."), wait=wait, log=False)


def _pruned(plan: dict[str, Any]) -> None:
    _table(plan["pruned"], "There is nothing to delete.")
    go, stay = len(plan["pruned"]), len(plan["kept"])
    note(f"{go} to delete, {size(plan['freed'])}; {stay} are needed by builds")


def _table(builders: list[dict[str, Any]], empty: str) -> None:
    table(
        ("release", "target", "state", "signature", "size", "builds", "used"),
        (
            (
                one["release"],
                f"{one['target']}/{one['subtarget']}",
                one["state"],
                one["signature"],
                size(one["size"]),
                one["builds"],
                moment(one["used_at"]),
            )
            for one in builders
        ),
        empty=empty,
    )


def _facts(told: dict[str, Any]) -> None:
    facts((name, size(value) if name == "size" else value) for name, value in told.items())
