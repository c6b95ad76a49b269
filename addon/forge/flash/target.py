"""What an image is written to: a card today, a board's flash as well where a writer speaks it."""

from typing import Final, Protocol

#: How much is written and read at once: a multiple of every sector and erase block in use.
CHUNK: Final = 4 * 1024 * 1024


class Target(Protocol):
    """Something of a fixed size, held for oneself, that keeps what is written to it."""

    @property
    def size(self) -> int:
        """How many bytes it holds."""
        ...

    @property
    def sector(self) -> int:
        """What is written at once is a multiple of this."""
        ...

    def write(self, offset: int, data: memoryview) -> None:
        """Write whole sectors. Raise OSError."""
        ...

    def settle(self) -> None:
        """Return once all is on the medium, and nothing is read from memory any more."""
        ...

    def read_into(self, offset: int, room: memoryview) -> int:
        """Read from the medium; return how much. Raise OSError."""
        ...
