"""One command that asks a Forge: where, how it is answered, and waiting for what takes long."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
import inspect
import sys
from typing import Annotated, Any, Concatenate, Final, get_type_hints

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
import typer

from forge.cli import place
from forge.cli.codes import INTERRUPTED
from forge.cli.flags import JSON_FLAG
from forge.cli.output import clean, note, write_json
from forge.client.http import Client, Told
from forge.client.streams import FINISHED, follow_log, watch
from forge.errors import Cancelled

Url = Annotated[
    str | None,
    typer.Option(envvar=place.URL_VARIABLE, help="The Forge's address; the one on this host."),
]
Token = Annotated[
    str | None,
    typer.Option(
        envvar=place.TOKEN_VARIABLE, help="Its token; other users see what is given here."
    ),
]
Json = Annotated[bool, typer.Option(JSON_FLAG, help="Write JSON, and nothing else.")]
Wait = Annotated[
    bool, typer.Option("--wait/--no-wait", help="Wait until it is done; it goes on either way.")
]
Log = Annotated[bool, typer.Option("--log", help="Show its log instead of a bar.")]

_COMMON: Final = {"url": Url, "token": Token, "as_json": Json}


@dataclass(frozen=True, slots=True)
class Session:
    """A Forge to ask, and how to tell what it answered."""

    client: Client
    as_json: bool

    def show(self, data: Any, people: Callable[[], object]) -> None:
        """Write what was answered: as JSON, or for people."""
        if self.as_json:
            write_json(data)
        else:
            people()

    def finish(
        self,
        job: dict[str, Any],
        people: Callable[[dict[str, Any]], object],
        *,
        wait: bool,
        log: bool,
    ) -> None:
        """Wait for a job's end, and write the job. Raise what made it fail."""
        if wait:
            job = self.ended(job["id"], log=log)
            self.show(job, lambda: people(job["result"] or {}))
        else:
            self.show(job, lambda: note(f"It goes on: forge jobs log {job['id']} --follow"))

    def ended(self, job_id: str, *, log: bool = False) -> dict[str, Any]:
        """Return a job when it has ended well. Raise what made it fail, or Cancelled."""
        try:
            if log:
                for text in follow_log(self.client, job_id):
                    sys.stderr.write(clean(text))
                job: dict[str, Any] = self.client.get("jobs", job_id)
                if job["state"] not in FINISHED:
                    job = watch(self.client, job_id, lambda _job: None)
            else:
                job = _with_bar(self.client, job_id)
        except KeyboardInterrupt:
            leave(job_id)
            if self.as_json:
                write_json(self.client.get("jobs", job_id))
            raise typer.Exit(INTERRUPTED) from None
        return succeeded(job)


def leave(job_id: str) -> None:
    """Say that a job goes on although nobody watches it here any more."""
    note(
        f"\nThe job goes on. To watch it again: forge jobs log {job_id} --follow;"
        f" to end it: forge jobs cancel {job_id}"
    )


def succeeded(job: dict[str, Any]) -> dict[str, Any]:
    """Return a job that ended well. Raise what made it fail, or Cancelled."""
    if job["state"] == "cancelled":
        raise Cancelled(f"Job {job['id']} was cancelled", about="job", job=job["id"])
    if job["state"] == "failed":
        error = job["error"] or {}
        raise Told({**error, "facts": {**(error.get("facts") or {}), "job": job["id"]}})
    return job


def command[**P](
    app: typer.Typer, name: str | None = None, panel: str | None = None
) -> Callable[[Callable[Concatenate[Session, P], None]], Callable[..., None]]:
    """Make a command of what asks a Forge; it gets --url, --token and --json by itself."""

    def add(function: Callable[Concatenate[Session, P], None]) -> Callable[..., None]:
        @wraps(function)
        def run(**given: Any) -> None:
            url, token, as_json = (given.pop(option) for option in _COMMON)
            asked = Session(place.client(url, token), as_json)
            function(asked, **given)  # type: ignore[call-arg]  # Typer calls by name

        signature = inspect.signature(function)
        own = list(signature.parameters.values())[1:]
        hints = get_type_hints(function, include_extras=True)
        common = [
            inspect.Parameter(
                option,
                inspect.Parameter.KEYWORD_ONLY,
                default=False if option == "as_json" else None,
                annotation=kind,
            )
            for option, kind in _COMMON.items()
        ]
        parameters = [
            one.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[one.name])
            for one in own
        ]
        # What Typer reads of a function; wraps has set that of the one within.
        del run.__wrapped__
        vars(run)["__signature__"] = signature.replace(
            parameters=[*parameters, *common], return_annotation=None
        )
        run.__annotations__ = {one.name: one.annotation for one in (*parameters, *common)}
        app.command(name, rich_help_panel=panel)(run)
        return run

    return add


def _with_bar(client: Client, job_id: str) -> dict[str, Any]:
    """Watch a job with a bar; where no terminal is, each step is a line."""
    console = Console(stderr=True)
    if not console.is_terminal:
        return watch(client, job_id, _Lines())
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("queued", total=None)

        def tell(job: dict[str, Any]) -> None:
            percent = job.get("percent")
            bar.update(
                task,
                description=clean(_step(job)),
                total=None if percent is None else 100,
                completed=percent or 0,
            )

        return watch(client, job_id, tell)


class _Lines:
    """Tells of each step once."""

    def __init__(self) -> None:
        self._told = ""

    def __call__(self, job: dict[str, Any]) -> None:
        if (step := _step(job)) != self._told:
            self._told = step
            note(step)


def _step(job: dict[str, Any]) -> str:
    if job["state"] in FINISHED:
        return str(job["state"])
    position = job.get("position")
    if job["state"] == "queued" and position:
        return f"queued, number {position}"
    return f"{job['state']}: {job['step']}" if job.get("step") else str(job["state"])
