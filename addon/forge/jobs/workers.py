"""Which workers live. A dead one is known by its lock file, or by its silence.

A worker holds a lock on a file in its data folder as long as any of its processes live; the
kernel lets go of it at their death, so whoever shares the folder knows at once and for certain.
Of workers elsewhere only their beat is seen: it counts up, and each watcher measures by its own
steady clock how long it stood still. A wall clock that jumps kills nobody.
"""

import fcntl
import os
from pathlib import Path
import socket
import time
from typing import Final
from uuid import uuid4

import sqlalchemy as sa

from forge import VERSION
from forge.jobs.rows import WorkerRow
from forge.settings import Settings
from forge.store.base import now
from forge.store.engine import Store

HOST: Final = socket.gethostname()


class Worker:
    """This process among the workers."""

    def __init__(self, store: Store, settings: Settings) -> None:
        """Take the lock and a name; `announce` tells the others."""
        self._store = store
        self._folder = settings.data_dir / "workers"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lease_s = settings.lease_s
        self._seen: dict[str, tuple[int, float]] = {}
        self.place = _place(self._folder)
        self.id = uuid4().hex
        self._lock = _locked(self._folder / f"{self.id}.lock")
        self._beaten = time.monotonic()

    def announce(self) -> None:
        """Write this worker's row."""
        with self._store.write() as session:
            session.add(
                WorkerRow(id=self.id, host=HOST, place=self.place, pid=os.getpid(), version=VERSION)
            )

    def beat(self) -> None:
        """Say that this worker lives."""
        with self._store.write() as session:
            session.execute(
                sa.update(WorkerRow)
                .where(WorkerRow.id == self.id)
                .values(beat=WorkerRow.beat + 1, seen_at=now())
            )
        self._beaten = time.monotonic()

    @property
    def silent(self) -> bool:
        """Whether others may take this worker for dead: then it must stop what it runs."""
        return time.monotonic() - self._beaten >= 0.8 * self._lease_s

    def dead(self) -> list[str]:
        """Return the other workers that live no more."""
        with self._store.read() as session:
            rows = session.scalars(sa.select(WorkerRow).where(WorkerRow.id != self.id)).all()
        moment = time.monotonic()
        found = []
        for row in rows:
            if row.place == self.place:
                if _free(self._folder / f"{row.id}.lock"):
                    found.append(row.id)
                continue
            beat, since = self._seen.get(row.id, (-1, moment))
            if beat != row.beat:
                self._seen[row.id] = (row.beat, moment)
            elif moment - since >= self._lease_s:
                found.append(row.id)
        return found

    def bury(self, worker_id: str) -> None:
        """Forget a dead worker that has no jobs any more."""
        with self._store.write() as session:
            session.execute(sa.delete(WorkerRow).where(WorkerRow.id == worker_id))
        (self._folder / f"{worker_id}.lock").unlink(missing_ok=True)
        self._seen.pop(worker_id, None)

    def leave(self) -> None:
        """Go, with nothing left to do."""
        self.bury(self.id)
        os.close(self._lock)


def _place(folder: Path) -> str:
    """Return the name of this data folder: who has the same shares the disk."""
    path = folder / "place"
    coming = folder / f"place.{uuid4().hex}"
    coming.write_text(uuid4().hex, "ascii")
    try:
        path.hardlink_to(coming)
    except FileExistsError:
        pass
    finally:
        coming.unlink()
    return path.read_text("ascii").strip()


def _locked(path: Path) -> int:
    """Open a file and lock it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


def _free(path: Path) -> bool:
    """Tell whether nobody holds a lock file."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(descriptor)
