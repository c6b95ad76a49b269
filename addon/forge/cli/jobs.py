"""`forge jobs`: what the Forge works on."""

from pathlib import Path
from typing import Annotated, Any

import typer

from forge.cli.codes import INTERRUPTED
from forge.cli.output import facts, moment, note, table, write
from forge.cli.session import Session, command, leave, succeeded
from forge.client.files import download, job_file
from forge.client.streams import follow_log
from forge.errors import Invalid
from forge.jobs.states import State

app = typer.Typer(name="jobs", help="What the Forge works on.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="ID", help="The job's id.")]
Limit = Annotated[int, typer.Option(min=1, max=500, help="How many at most.")]
Before = Annotated[str | None, typer.Option(help="Older ones than this id: the next page.")]
_PIECE = 262_144


@command(app, "list")
def list_(
    asked: Session,
    *,
    state: Annotated[list[State] | None, typer.Option(help="Those in it; repeat for more.")] = None,
    kind: Annotated[str | None, typer.Option(help="Such as builder.ensure.")] = None,
    own: Annotated[bool, typer.Option(help="Also the Forge's own, as of tidying.")] = True,
    before: Before = None,
    limit: Limit = 50,
) -> None:
    """List jobs, newest first."""
    states = [one.value for one in state or []]
    page = asked.client.get("jobs", state=states, kind=kind, own=own, before=before, limit=limit)
    found = page["jobs"]
    asked.show(
        found,
        lambda: table(
            ("id", "kind", "state", "step", "percent", "made", "error"),
            (
                (
                    job["id"],
                    job["kind"],
                    job["state"],
                    job["step"],
                    job["percent"],
                    moment(job["created_at"]),
                    (job["error"] or {}).get("code"),
                )
                for job in found
            ),
            empty="There are no such jobs.",
        ),
    )


@command(app)
def show(asked: Session, *, job_id: Id) -> None:
    """Show a job."""
    job = asked.client.get("jobs", job_id)
    asked.show(job, lambda: facts(job.items()))


@command(app)
def wait(asked: Session, *, job_id: Id) -> None:
    """Wait until a job has ended; the exit code says how."""
    job = asked.ended(job_id)
    asked.show(job, lambda: facts(job.items()))


@command(app)
def log(
    asked: Session,
    *,
    job_id: Id,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Until it has ended.")] = False,
    offset: Annotated[int, typer.Option(min=0, help="From where to go on, in bytes.")] = 0,
) -> None:
    """Write a job's log; following one that failed ends with the exit code of its error."""
    if not follow:
        pieces = _pieces(asked, job_id, offset)
        asked.show(pieces, lambda: write(pieces["text"]))
        return
    if asked.as_json:
        raise Invalid("A log that is followed is no JSON: leave --json or --follow", about="usage")
    try:
        for text in follow_log(asked.client, job_id, offset):
            write(text)
    except KeyboardInterrupt:
        leave(job_id)
        raise typer.Exit(INTERRUPTED) from None
    succeeded(asked.client.get("jobs", job_id))


def _pieces(asked: Session, job_id: str, offset: int) -> dict[str, Any]:
    """Return all of a log that is written yet."""
    whole: dict[str, Any] = {}
    text: list[str] = []
    at = offset
    while True:
        piece = asked.client.get("jobs", job_id, "log", offset=at, limit=_PIECE)
        whole = whole or piece
        text.append(piece["text"])
        if piece["next"] == at or piece["next"] >= piece["size"]:
            last = {name: piece[name] for name in ("next", "size", "finished")}
            return {**whole, **last, "text": "".join(text)}
        at = piece["next"]


@command(app)
def cancel(asked: Session, *, job_id: Id) -> None:
    """End a job; it has ended when its state says so."""
    job = asked.client.post("jobs", job_id, "cancel")
    asked.show(job, lambda: note("It is being ended."))


@command(app)
def files(asked: Session, *, job_id: Id) -> None:
    """List the files that a job keeps."""
    found = asked.client.get("jobs", job_id, "files")["files"]
    asked.show(found, lambda: write("".join(f"{name}\n" for name in found)))


@command(app)
def get(
    asked: Session,
    *,
    job_id: Id,
    name: Annotated[str, typer.Argument(help="The file's name.")],
    to: Annotated[Path | None, typer.Option(help="A file or folder; its name, here.")] = None,
    sha256: Annotated[str | None, typer.Option(help="What its hash must be.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file.")] = False,
) -> None:
    """Download a file that a job keeps."""
    kept = save(asked, job_id, name, to, sha256=sha256, force=force)
    asked.show(kept, lambda: write(f"{kept['path']}\n"))


def save(
    asked: Session, job_id: str, name: str, to: Path | None, *, sha256: str | None, force: bool
) -> dict[str, Any]:
    """Bring a job's file to a path; into it, where that is a folder."""
    plain = Path(name).name
    path = Path(plain) if to is None else to / plain if to.is_dir() else to
    return download(asked.client, job_file(job_id, name), path, sha256=sha256, force=force)
