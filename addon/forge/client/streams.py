"""The Forge's streams: followed to their end, also over connections that break."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
import json
import time
from typing import Any, Final

from forge.client.http import Answer, Client, at
from forge.errors import ForgeError, Unavailable

#: Pauses between attempts; whatever arrives begins them anew.
_PAUSES_S: Final = (0.2, 0.5, 1, 2, 4, 8)
_LONGEST_LINE: Final = 1 << 22
FINISHED: Final = frozenset({"done", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream."""

    type: str
    data: str
    #: From where to go on; None where it has no number.
    id: int | None


def follow(client: Client, *path: str, after: int | None = None) -> Iterator[Event]:
    """Yield a stream's events; go on after the last one where the connection breaks.

    It ends when whoever reads it has enough. Raise ForgeError where nothing answers any more.
    """
    pauses = iter(_PAUSES_S)
    while True:
        headers = {} if after is None else {"Last-Event-ID": str(after)}
        broken: ForgeError | None = None
        try:
            with client.open(at(*path), {}, headers=headers) as answer:
                for event in _events(answer):
                    pauses = iter(_PAUSES_S)
                    after = after if event.id is None else event.id
                    yield event
        except Unavailable as error:
            broken = error
        if (pause := next(pauses, None)) is None:
            raise broken or Unavailable("The stream ends again and again", about="forge")
        time.sleep(pause)


def follow_log(client: Client, job_id: str, after: int = 0) -> Iterator[str]:
    """Yield a job's log from an offset on, until the job has ended."""
    for event in follow(client, "jobs", job_id, "log", "stream", after=after):
        if event.type == "log":
            yield f"{event.data}\n"
        elif event.type == "gap":
            lost = json.loads(event.data)
            yield f"… {lost['to'] - lost['from']} bytes were dropped here …\n"
        elif event.type == "end":
            return


def watch(client: Client, job_id: str, tell: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Tell of a job whenever something of it changes; return it when it has ended."""
    job: dict[str, Any] = {}
    for event in follow(client, "events"):
        if event.type in ("begin", "reset"):
            job = client.get("jobs", job_id)
        else:
            happened = json.loads(event.data)
            if happened.get("job_id") != job_id or not event.type.startswith("job."):
                continue
            job |= {name: happened["data"].get(name) for name in ("state", "step", "percent")}
        tell(job)
        if job["state"] in FINISHED:
            break
    found: dict[str, Any] = client.get("jobs", job_id)
    return found


def _events(answer: Answer) -> Iterator[Event]:
    """Read server-sent events as they come."""
    type_, id_, data = "message", None, list[str]()
    while raw := answer.readline(_LONGEST_LINE):
        name, _, value = raw.decode("utf-8", "replace").rstrip("\r\n").partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            data.append(value)
        elif name == "event":
            type_ = value
        elif name == "id" and value.isdecimal():
            id_ = int(value)
        elif not name and not value and raw in (b"\n", b"\r\n"):
            if data:
                yield Event(type_, "\n".join(data), id_)
            type_, id_, data = "message", None, []
