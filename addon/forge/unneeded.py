"""Keeps out what libraries load wherever they find it, for a Forge that stays small."""

from collections.abc import Iterator
from contextlib import contextmanager
import sys
from typing import Any


@contextmanager
def unneeded(name: str) -> Iterator[None]:
    """Let a module that is not loaded yet seem to be missing to what is imported meanwhile."""
    modules: dict[str, Any] = sys.modules
    if name in modules:
        yield
        return
    modules[name] = None  # as the import system says it: it does not exist
    try:
        yield
    finally:
        del modules[name]
