"""Watchers of one log, in a process of their own: each checks every line that it is sent.

Prints a line once all of them watch, and at the end what they saw, as JSON.
"""

import argparse
import asyncio
import json
import time
from typing import Final

import aiohttp

from rig.bench.forge.speaker import text

#: What is printed once all watch.
READY: Final = "watching"
_BEGIN: Final = "begin "
_LINE: Final = len(text(0, 1))


class Watcher:
    """One client of the stream."""

    def __init__(self, expected: str, lines_per_s: int) -> None:
        """Know what is to come."""
        self.connected = asyncio.Event()
        self.wrong = 0
        self.ended = False
        #: Seconds from when the oldest line of what came was due until it was here.
        self.lags: list[float] = []
        self._expected = expected
        self._at = 0
        self._began: int | None = None
        self._rate = lines_per_s

    @property
    def lines(self) -> int:
        """Return how many lines came, all right and in order."""
        return self._at // _LINE

    async def follow(self, session: aiohttp.ClientSession, url: str) -> None:
        """Read the stream to its end."""
        async with session.get(url) as answer:
            answer.raise_for_status()
            self.connected.set()
            rest = b""
            async for piece in answer.content.iter_any():
                *events, rest = (rest + piece).split(b"\n\n")
                for event in events:
                    self.take(event.decode())

    def take(self, event: str) -> None:
        """Check one event."""
        head, _, data = event.partition("\ndata: ")
        if head.endswith("event: log"):
            self._check(data.replace("\ndata: ", "\n") + "\n")
        elif head.endswith("event: gap"):
            self.wrong += 1
        elif head.endswith("event: end"):
            self.ended = True

    def _check(self, came: str) -> None:
        """Compare lines with those that are due; what the job itself says is let pass."""
        if not came.startswith(self._expected[self._at : self._at + 7]) or not self._fits(came):
            for line in came.splitlines(keepends=True):
                if line.startswith(_BEGIN):
                    self._began = int(line.removeprefix(_BEGIN))
                elif line[0].isdigit() and not self._fits(line):
                    self.wrong += 1

    def _fits(self, came: str) -> bool:
        """Take lines that are the next ones; tell whether they are."""
        end = self._at + len(came)
        if self._began is None or came != self._expected[self._at : end]:
            return False
        due = self._began / 1e9 + self._at / _LINE / self._rate
        self.lags.append(time.monotonic() - due)
        self._at = end
        return True


async def watch(url: str, token: str, count: int, lines: int, lines_per_s: int) -> None:
    """Watch with so many clients until the log ends."""
    expected = text(0, lines)
    watchers = [Watcher(expected, lines_per_s) for _ in range(count)]
    async with (
        aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            headers={"Authorization": f"Bearer {token}"},
            timeout=aiohttp.ClientTimeout(total=None),
            read_bufsize=1 << 18,
        ) as session,
        asyncio.TaskGroup() as following,
    ):
        for one in watchers:
            following.create_task(one.follow(session, url))
        for one in watchers:
            await one.connected.wait()
        print(READY, flush=True)
    print(
        json.dumps(
            {
                "missed": sum(lines - one.lines for one in watchers),
                "wrong": sum(one.wrong + (not one.ended) for one in watchers),
                "lags": [lag for one in watchers for lag in one.lags],
            }
        )
    )


def main() -> None:
    """Read what to watch, and watch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("token")
    for name in ("count", "lines", "lines_per_s"):
        parser.add_argument(name, type=int)
    asyncio.run(watch(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
