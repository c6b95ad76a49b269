"""What OpenWrt appends behind a packed image: descriptions and signatures, by fwtool."""

import json
import struct
from typing import Any, Final

from pydantic import BaseModel, Field

from forge.errors import Precondition

#: Descriptions and signatures are small; anything larger is something else.
LARGEST: Final = 64 * 1024
_MAGIC: Final = b"FWx0"
_INFORMATION: Final = 1
#: Magic, sum, kind, size with this; and what goes before a description.
_TRAILER: Final = struct.Struct(">4sIB3xI")
_HEADER: Final = 8


class Trailer(BaseModel):
    """What was behind an image; it does not belong on the card."""

    size: int
    supported_devices: list[str] = Field(description="the devices that the image says it is for")
    version: dict[str, Any] = Field(description="the release that the image says it is")


def trailer_of(data: bytes, name: str) -> Trailer:
    """Read what follows an image. Raise Precondition where it is nothing known."""
    if len(data) > LARGEST or _MAGIC not in data[-_TRAILER.size :]:
        raise Precondition(
            f"{name} goes on behind its end with something unknown: it is no image that can be"
            " written whole",
            about="not_flashable",
            name=name,
        )
    said = _said(data)
    devices, version = said.get("supported_devices"), said.get("version")
    return Trailer(
        size=len(data),
        supported_devices=[str(device) for device in devices] if isinstance(devices, list) else [],
        version=version if isinstance(version, dict) else {},
    )


def _said(data: bytes) -> dict[str, Any]:
    """Return the innermost description; nothing where none can be read."""
    while len(data) >= _TRAILER.size:
        magic, _sum, kind, size = _TRAILER.unpack(data[-_TRAILER.size :])
        if magic != _MAGIC or not _TRAILER.size <= size <= len(data):
            break
        if kind == _INFORMATION:
            try:
                found = json.loads(data[len(data) - size + _HEADER : -_TRAILER.size])
            except ValueError:
                break
            return found if isinstance(found, dict) else {}
        data = data[:-size]
    return {}
