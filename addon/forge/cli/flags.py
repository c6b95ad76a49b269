"""Flags that several parts of the command line know."""

from typing import Final

JSON_FLAG: Final = "--json"
