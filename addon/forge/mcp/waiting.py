"""Waiting for jobs, as long as whoever asked waits for an answer."""

import time
from typing import Any, Final

from forge.client.http import Client, Told
from forge.client.streams import FINISHED
from forge.errors import Cancelled

#: Clients give up on a tool after a minute or so: until then it is better to have waited.
WAIT_S: Final = 45.0
_PAUSE_S: Final = 0.25


def ended(client: Client, job_id: str, *, wait_s: float = WAIT_S) -> dict[str, Any]:
    """Return a job when it has ended, or as it stands after a while. Raise what made it fail."""
    give_up = time.monotonic() + wait_s
    while True:
        job: dict[str, Any] = client.get("jobs", job_id)
        if job["state"] in FINISHED or time.monotonic() >= give_up:
            break
        time.sleep(_PAUSE_S)
    if job["state"] == "failed":
        error = job["error"] or {}
        raise Told({**error, "facts": {**(error.get("facts") or {}), "job": job_id}})
    if job["state"] == "cancelled":
        raise Cancelled(f"Job {job_id} was cancelled", about="job", job=job_id)
    return job
