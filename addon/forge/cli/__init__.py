"""The command line: what starts a Forge, and what asks one."""

from forge.cli.main import main

__all__ = ["main"]
