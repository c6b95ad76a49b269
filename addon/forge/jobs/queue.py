"""The queue: Huey carries ids of jobs, one queue for each slot; the store knows the rest."""

from importlib import import_module
import json
from pathlib import Path
from typing import Any, Final

from forge.unneeded import unneeded

with unneeded("psycopg"):  # which only a server's queue needs, and costs 6 MB
    from huey import storage
    from huey.api import Huey, PostgresHuey, SqliteHuey
from huey.registry import Message
from huey.serializer import Serializer

from forge.errors import Unavailable
from forge.jobs.states import Slot
from forge.store.engine import Store

_NAME: Final = "run_job"
_DRIVERS: Final = ("sqlite3", "psycopg")


class _Json(Serializer):  # type: ignore[misc]  # Huey ships no types
    """Messages as JSON: whoever can write to the database must not run code by it."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(data).encode()

    def _deserialize(self, data: Any) -> Message:
        return Message(*json.loads(bytes(data)))


def _run_job(_job_id: str) -> None:
    """Name the task; a worker takes the id and runs the job in a process of its own."""


class Queue:
    """What waits to be run, in the order of priority and age."""

    def __init__(self, store: Store, data_dir: Path) -> None:
        """Open the queues: a file beside the records, or the records' own server."""
        self._store = store
        self._file = data_dir / "queue.db"
        self._hueys = {slot: self._huey(slot) for slot in Slot}
        self._tasks = {slot: huey.task(name=_NAME)(_run_job) for slot, huey in self._hueys.items()}

    def put(self, slot: Slot, job_id: str, priority: int) -> None:
        """Add a job."""
        task = self._tasks[slot].s(job_id, priority=priority)
        self._told(lambda: self._hueys[slot].enqueue(task))

    def take(self, slot: Slot) -> str | None:
        """Take the next job's id away, if there is one."""
        task = self._told(self._hueys[slot].dequeue)
        return str(task.args[0]) if task is not None else None

    def waiting(self, slot: Slot) -> set[str]:
        """Return the ids that wait."""
        huey = self._hueys[slot]
        items = self._told(huey.storage.enqueued_items)
        return {str(huey.deserialize_task(item).args[0]) for item in items}

    def close(self) -> None:
        """Close the connections; the next call makes new ones. Do so before a fork."""
        for huey in self._hueys.values():
            huey.storage.close()

    def _huey(self, slot: Slot) -> Huey:
        common = {"results": False, "serializer": _Json()}
        if self._store.is_file:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            return SqliteHuey(str(slot), filename=str(self._file), strict_fifo=True, **common)
        storage.psycopg = import_module("psycopg")
        address = self._store.url.set(drivername="postgresql").render_as_string(hide_password=False)
        return self._told(
            lambda: PostgresHuey(
                str(slot), dsn=address, blocking=False, table_prefix="forge_queue", **common
            )
        )

    @staticmethod
    def _told(call: Any) -> Any:
        """Call Huey; its database's failures become ours.

        A connection that was lost is made anew once: what was sent twice is claimed once,
        and what was taken and lost is sent again by a sweep.
        """
        failed = ""
        for _try in range(2):
            try:
                return call()
            except Exception as error:
                if type(error).__module__.partition(".")[0] not in _DRIVERS:
                    raise
                failed = str(error).partition("\n")[0]
        raise Unavailable(f"The queue's database failed: {failed}", about="database")
