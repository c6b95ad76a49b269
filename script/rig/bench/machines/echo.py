"""The least that can answer boards: a reply without a thought, through the same broker.

Nothing that reads, decides or keeps anything can be faster. Prints a line once it listens.
"""

import argparse
import asyncio

from rig.bench.machines.link import Link

REPLY = b'{"request_ok":true,"message":""}'


async def serve(port: int) -> None:
    """Answer until the process ends."""

    def answer(topic: str, payload: bytes) -> None:
        if b"alive" not in payload:  # which nobody answers
            link.publish(f"{topic}/reply", REPLY)

    link = Link("bench-echo", "machine/+", answer)
    await link.connect(port)
    print("listening", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    """Read the port and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    asyncio.run(serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
