"""Writes numbered lines at a pace; all of one length, so that none can be missed.

A job runs it by its text, as a user who may not read this folder.
"""

import sys
import time

_TICK_S = 0.01
_FILLING = " and a little more of what builds say, up to eighty characters in all here"


def text(first: int, last: int) -> str:
    """Return the lines from one number to before another."""
    return "".join(f"{number:07d}{_FILLING}"[:79] + "\n" for number in range(first, last))


def main(lines: int, lines_per_s: int) -> None:
    """Say when the first line is due (ns, monotonic), then write what is due, tick by tick."""
    began = time.monotonic_ns()
    sys.stdout.write(f"begin {began}\n")
    said = 0
    while said < lines:
        due = min(lines, int((time.monotonic_ns() - began) / 1e9 * lines_per_s))
        sys.stdout.write(text(said, due))
        sys.stdout.flush()
        said = due
        time.sleep(_TICK_S)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
