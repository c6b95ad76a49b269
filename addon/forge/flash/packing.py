"""How images are packed: gzip, xz, Zstandard, behind one interface; bounded in memory."""

from collections.abc import Callable
from dataclasses import dataclass
import lzma
import sys
from typing import Final, Protocol
import zlib

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

#: What a packed image may make its reader hold.
_MEMORY: Final = 256 * 1024 * 1024
_SKIPPABLE: Final = tuple(bytes([low, 0x2A, 0x4D, 0x18]) for low in range(0x50, 0x60))

#: What decoders raise for bytes that are not what they should be.
DAMAGED: Final = (zlib.error, lzma.LZMAError, zstd.ZstdError, EOFError)


class Decoder(Protocol):
    """Unpacks one stream, as those of the standard library do."""

    @property
    def eof(self) -> bool:
        """Whether the stream has ended."""
        ...

    @property
    def needs_input(self) -> bool:
        """Whether it can give nothing more without more."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What came after the stream's end."""
        ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Unpack some more, no more than so many bytes."""
        ...


class _Gzip:
    """zlib's decoder, in the form of the others."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def needs_input(self) -> bool:
        return not self._zlib.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length)


@dataclass(frozen=True, slots=True)
class Packing:
    """A way to pack: how a stream begins, and who unpacks it."""

    name: str
    begins: tuple[bytes, ...]
    decoder: Callable[[], Decoder]


PACKINGS: Final = (
    Packing("gz", (b"\x1f\x8b\x08",), _Gzip),
    Packing(
        "xz",
        (b"\xfd7zXZ\x00",),
        lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY),
    ),
    Packing("zst", (b"\x28\xb5\x2f\xfd", *_SKIPPABLE), zstd.ZstdDecompressor),
)
#: Enough of a file to know how it is packed.
BEGINNING: Final = 6


def packing_of(beginning: bytes) -> Packing | None:
    """Return how a file is packed; None where it is not."""
    return next((kind for kind in PACKINGS if beginning.startswith(kind.begins)), None)
