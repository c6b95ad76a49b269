"""Start and stop uses as fast as it goes, and say what was confirmed; to be killed."""

import asyncio
from dataclasses import replace
import itertools
from pathlib import Path
import sys

from custom_components.atelier.ledger.ledger import Ledger
from custom_components.atelier.machines.facts import Ending, Machine, Use

MACHINES = range(1, 9)


def say(word: str, origin: str) -> None:
    """Write one line at once."""
    sys.stdout.write(f"{word} {origin}\n")
    sys.stdout.flush()


async def work(ledger: Ledger, machine_id: int, attempt: str) -> None:
    """Use a machine again and again; the next start ends what a kill left open."""
    lasting = (await ledger.load()).open_uses.get(machine_id)
    closing = [replace(lasting, end=lasting.last_seen)] if lasting else []
    for number in itertools.count():
        origin = f"{attempt}-{machine_id}-{number}"
        at = float(number)
        use = Use(machine_id=machine_id, member_id=None, start=at, last_seen=at, origin=origin)
        use = await ledger.start_use(use, closing=closing)
        closing = []
        say("started", origin)
        await ledger.save_uses([replace(use, end=at + 0.5, ending=Ending.CARD)])
        say("stopped", origin)


async def main(database: Path, attempt: str) -> None:
    """Use all machines at once."""
    ledger = await Ledger.open(f"sqlite+aiosqlite:///{database}")
    for number in MACHINES:
        await ledger.save(Machine(id=number, name=f"Machine {number}", type_id=1), by="x")
    await asyncio.gather(*(work(ledger, number, attempt) for number in MACHINES))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
