"""What OpenWrt appends to an image: a description, and a trailer that begins with FWx0."""

import json
from pathlib import Path
import struct
import zlib

MAGIC = b"FWx0"
INFORMATION = 1
TRAILER = struct.Struct(">4sIB3xI")
HEADER = struct.Struct(">II")


def append(image: Path, description: dict[str, object]) -> None:
    """Append a description in fwtool's format."""
    data = image.read_bytes()
    part = HEADER.pack(0, 0) + json.dumps(description).encode()
    # fwtool's sum is CRC-32 without the last inversion.
    total = zlib.crc32(data + part) ^ 0xFFFFFFFF
    trailer = TRAILER.pack(MAGIC, total, INFORMATION, len(part) + TRAILER.size)
    image.write_bytes(data + part + trailer)
