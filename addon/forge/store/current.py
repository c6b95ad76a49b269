"""Brings the tables up to date in a process of its own, which takes Alembic's memory with it."""

import json
import os

from forge.errors import Unavailable
from forge.store.engine import Store


def bring_up_to_date(store: Store) -> None:
    """Run the migrations that a database lacks. Raise Unavailable.

    Only for a process that has one thread: it forks.
    """
    store.close()
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        os._exit(_child(store, write))
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        told = pipe.read()
    _pid, status = os.waitpid(pid, 0)
    if status:
        error = json.loads(told) if told else {"message": "The migration's process died"}
        raise Unavailable(error["message"], about="database")


def _child(store: Store, pipe: int) -> int:
    """Migrate; tell why where it fails. Return the exit code."""
    try:
        from forge.store.migrate import migrate  # noqa: PLC0415 - Alembic goes with this process; above, the Forge would hold it

        migrate(store)
    except Unavailable as error:
        os.write(pipe, json.dumps({"message": error.message}).encode())
        return 1
    except BaseException as bug:  # noqa: BLE001 - told to the parent, which raises it
        os.write(pipe, json.dumps({"message": f"The migration failed: {bug!r}"[:2000]}).encode())
        return 1
    return 0
