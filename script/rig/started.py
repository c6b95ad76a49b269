"""What is started with a block and closed with it."""

from abc import ABC, abstractmethod
from typing import Self


class Started(ABC):
    """Something real that runs: start it, or let a block do so."""

    @abstractmethod
    async def start(self) -> Self:
        """Start it and wait until it is ready."""

    @abstractmethod
    async def close(self) -> None:
        """Stop it and leave nothing behind."""

    async def __aenter__(self) -> Self:
        """Start with the block."""
        return await self.start()

    async def __aexit__(self, *_raised: object) -> None:
        """Close with the block."""
        await self.close()
