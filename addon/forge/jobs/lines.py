"""Lines of a program's output, as they come."""

from collections.abc import Callable
from typing import Final

from forge.jobs.logs import LONGEST_LINE

_ENDS: Final = (b"\r\n", b"\r")


class Lines:
    """Cut output into lines; a carriage return ends one too, as progress bars use it."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        """Hand whole lines to a function, several at a time."""
        self._write = write
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take output; a line that never ends is cut."""
        data = self._rest + data
        # What follows a carriage return at the very end decides what it means.
        held = b"\r" if data.endswith(b"\r") else b""
        data = data[: len(data) - len(held)]
        for end in _ENDS:
            data = data.replace(end, b"\n")
        whole, _, rest = data.rpartition(b"\n")
        if len(data) != len(rest):
            self._write(whole + b"\n")
        while len(rest) > LONGEST_LINE:
            self._write(rest[:LONGEST_LINE] + b"\n")
            rest = rest[LONGEST_LINE:]
        self._rest = rest + held

    def close(self) -> None:
        """Hand over what came without an end."""
        if self._rest:
            self._write(self._rest.rstrip(b"\r") + b"\n")
        self._rest = b""
