"""`forge builds`: images made of profiles."""

from typing import Annotated, Any, Literal

import typer

from forge.cli.artifacts import Build, listed
from forge.cli.codes import INTERRUPTED, exit_code
from forge.cli.output import facts, moment, note, table, write
from forge.cli.profiles import Device, Release, Subtarget, Tag, Target
from forge.cli.session import Log, Session, Wait, command, leave, succeeded
from forge.client.streams import follow_log
from forge.jobs.states import State

app = typer.Typer(name="builds", help="Images made of profiles.", no_args_is_help=True)

Extra = Annotated[list[str] | None, typer.Option("--package", "-p", help="One package more.")]
Rebuild = Annotated[
    bool | None, typer.Option("--rebuild/--no-rebuild", help="Also where the same is there.")
]
Key = Annotated[str | None, typer.Option(help="Name the request: sent again, it is the same one.")]


@command(app)
def run(
    asked: Session,
    *,
    profile_id: Annotated[str, typer.Argument(metavar="PROFILE", help="The profile's id.")],
    package: Extra = None,
    rebuild: Rebuild = None,
    key: Key = None,
    wait: Wait = True,
    log: Log = False,
) -> None:
    """Build a profile's image, or find the one that has been built of the same."""
    body = _asked_for({"profile_id": profile_id, "packages": package, "rebuild": rebuild})
    started = asked.client.post("builds", body=body, key=key)
    build = started["build"]
    if wait and not started["hit"]:
        asked.ended(started["job_id"], log=log)
        build = asked.client.get("builds", build["id"])

    def people() -> None:
        if not wait and not started["hit"]:
            note(f"It goes on: forge builds log {build['id']} --follow")
        else:
            _show(build)

    asked.show(build, people)


@command(app)
def plan(
    asked: Session,
    *,
    profile_id: Annotated[str, typer.Argument(metavar="PROFILE", help="The profile's id.")],
    package: Extra = None,
    wait: Wait = True,
    log: Log = False,
) -> None:
    """Tell which packages an image would hold; nothing is built."""
    body = _asked_for({"profile_id": profile_id, "packages": package})
    job = asked.client.post("builds", "plan", body=body)
    asked.finish(job, lambda result: facts(result.items()), wait=wait, log=log)


@command(app)
def batch(
    asked: Session,
    *,
    profile_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[PROFILE]...", help="Their ids, in this order.")
    ] = None,
    device: Device = None,
    release: Release = None,
    target: Target = None,
    subtarget: Subtarget = None,
    tag: Tag = None,
    mode: Annotated[
        Literal["best-effort", "fail-fast"], typer.Option(help="What a failure does to the others.")
    ] = "best-effort",
    rebuild: Rebuild = None,
    key: Key = None,
    wait: Wait = True,
    log: Log = False,
) -> None:
    """Build many profiles: those that are named, or all that match."""
    body = _asked_for(
        {
            "profile_ids": profile_ids,
            "device_id": device,
            "release": release,
            "target": target,
            "subtarget": subtarget,
            "tag": tag,
            "mode": mode,
            "rebuild": rebuild,
        }
    )
    job = asked.client.post("builds", "batch", body=body, key=key)
    if not wait:
        asked.finish(job, _batch, wait=False, log=log)
        return
    job = asked.ended(job["id"], log=log)
    asked.show(job, lambda: _batch(job["result"]))
    failed = [one for one in job["result"]["results"] if not one["success"]]
    if failed:
        raise typer.Exit(exit_code((failed[0]["error"] or {}).get("code", "internal")))


@command(app, "list")
def list_(
    asked: Session,
    *,
    profile: Annotated[str | None, typer.Option(help="Those of a profile.")] = None,
    state: Annotated[State | None, typer.Option(help="Those in it.")] = None,
    before: Annotated[str | None, typer.Option(help="Older ones than this id.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many at most.")] = 50,
) -> None:
    """List builds, newest first."""
    found = asked.client.get(
        "builds",
        profile_id=profile,
        state=state.value if state else None,
        before=before,
        limit=limit,
    )["builds"]
    asked.show(found, lambda: _table(found))


@command(app)
def show(asked: Session, *, build_id: Build) -> None:
    """Show a build with the files that it left."""
    build = asked.client.get("builds", build_id)
    asked.show(build, lambda: _show(build))


@command(app)
def log(asked: Session, *, build_id: Build) -> None:
    """Follow a build's log until it has ended."""
    try:
        for text in follow_log(asked.client, build_id):
            write(text)
    except KeyboardInterrupt:
        leave(build_id)
        raise typer.Exit(INTERRUPTED) from None
    succeeded(asked.client.get("jobs", build_id))


@command(app)
def cancel(asked: Session, *, build_id: Build) -> None:
    """End a build; it has ended when its state says so."""
    job = asked.client.post("jobs", build_id, "cancel")
    asked.show(job, lambda: note("It is being ended."))


@command(app)
def delete(asked: Session, *, build_id: Build) -> None:
    """Forget a finished build and its files."""
    asked.client.delete("builds", build_id)
    asked.show({"deleted": build_id}, lambda: note("It is forgotten."))


def _asked_for(body: dict[str, Any]) -> dict[str, Any]:
    """Return a body without what was not said."""
    return {name: value for name, value in body.items() if value is not None}


def _show(build: dict[str, Any]) -> None:
    recipe = build["recipe"]
    place = recipe["place"]
    facts(
        (
            ("build", build["id"]),
            ("profile", build["profile_id"]),
            ("state", build["state"]),
            ("board", recipe["board"]),
            ("release", place["release"]),
            ("target", f"{place['target']}/{place['subtarget']}"),
            ("same as", build["same_as"]),
            ("built", moment(build["built_at"])),
            ("error", (build["error"] or {}).get("message")),
        )
    )
    if build["artifacts"]:
        listed(build["artifacts"])


def _batch(result: dict[str, Any]) -> None:
    table(
        ("profile", "build", "success", "built before", "error"),
        (
            (
                one["profile_id"],
                one["build_id"],
                one["success"],
                one["hit"],
                (one["error"] or {}).get("message"),
            )
            for one in result["results"]
        ),
        empty="Nothing was built.",
    )
    note(f"{result['succeeded']} of {result['total']} are built, {result['hits']} were before")


def _table(builds: list[dict[str, Any]]) -> None:
    table(
        ("id", "profile", "release", "state", "step", "made", "error"),
        (
            (
                one["id"],
                one["profile_id"],
                one["recipe"]["place"]["release"],
                one["state"],
                one["step"],
                moment(one["created_at"]),
                (one["error"] or {}).get("code"),
            )
            for one in builds
        ),
        empty="There are no such builds.",
    )
