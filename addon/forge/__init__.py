"""The Forge: the heavy tools beside Home Assistant."""

from typing import Final

VERSION: Final = "0.1.0"
