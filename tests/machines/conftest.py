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
