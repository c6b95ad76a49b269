"""An image's content: what comes to lie on the card, unpacked and hashed as it is read."""

from contextlib import AbstractContextManager
import hashlib
import os
from pathlib import Path
from typing import Final

from forge.errors import Integrity, NotFound
from forge.flash.packing import BEGINNING, DAMAGED, Decoder, Packing, packing_of
from forge.flash.trailers import LARGEST, Trailer, trailer_of

_PIECE: Final = 256 * 1024


class Content(AbstractContextManager["Content"]):
    """Reads an image once, from its beginning to its end.

    After the end `digest` is the hash of what was given, `file_digest` that of the file,
    `trailer` what was appended behind a packed image. `prefix_digest` is the hash of no more
    than the first `prefix` bytes. Hashing can be left to who reads the medium back.
    """

    def __init__(self, path: Path, *, prefix: int | None = None, hashed: bool = True) -> None:
        """Open an image. Raise NotFound."""
        try:
            self._file = path.open("rb", buffering=0)
        except OSError as error:
            raise NotFound(
                f"The image cannot be read: {error.strerror}", about="image", name=path.name
            ) from None
        self._name = path.name
        self._hashed = hashed
        self._file_hash = hashlib.sha256()
        self._hash = hashlib.sha256()
        self._prefix = prefix
        self._prefix_hash = None if prefix is None else hashlib.sha256()
        self._ahead = self._take(BEGINNING)
        self._packing = packing_of(self._ahead)
        self._decoder: Decoder | None = self._packing.decoder() if self._packing else None
        self.size = 0
        self.trailer: Trailer | None = None

    def __exit__(self, *_raised: object) -> None:
        """Close the file."""
        self._file.close()

    @property
    def packing(self) -> str | None:
        """How it is packed."""
        return self._packing.name if self._packing else None

    @property
    def digest(self) -> str:
        """The hash of what was read so far, as it comes to lie on the card."""
        return self._hash.hexdigest()

    @property
    def prefix_digest(self) -> str:
        """The hash of the first `prefix` bytes, or of all."""
        return (self._prefix_hash or self._hash).hexdigest()

    @property
    def file_digest(self) -> str:
        """The hash of what was read of the file: the content's, where it is not packed."""
        return (self._file_hash if self._packing else self._hash).hexdigest()

    @property
    def read(self) -> int:
        """How many bytes of the file were read."""
        return self._file.tell()

    @property
    def file_size(self) -> int:
        """How many bytes the file has."""
        return os.fstat(self._file.fileno()).st_size

    def fill(self, room: memoryview) -> int:
        """Read into all of the room; less is read only at the end. Raise Integrity."""
        filled = 0
        while filled < len(room):
            count = self._some(room[filled:])
            if not count:
                break
            filled += count
        if filled:
            if self._hashed:
                self._hash_more(room[:filled])
            self.size += filled
        return filled

    def _hash_more(self, data: memoryview) -> None:
        if self._prefix_hash is not None and self._prefix is not None:
            self._prefix_hash.update(data[: max(0, self._prefix - self.size)])
        self._hash.update(data)

    def _some(self, room: memoryview) -> int:
        """Read some into the room; 0 at the end."""
        if self._packing is None:
            count = len(self._ahead)
            if count:
                # No room is smaller: whoever reads takes more than the beginning at a time.
                room[:count], self._ahead = self._ahead, b""
                return count
            return self._file.readinto(room) or 0
        piece = self._unpacked(min(len(room), 4 * _PIECE))
        room[: len(piece)] = piece
        return len(piece)

    def _unpacked(self, most: int) -> bytes:
        """Return the next bytes; none at the end. Raise Integrity."""
        while self._packing is not None and self._decoder is not None:
            if self._decoder.eof:
                self._next_stream(self._packing, self._decoder.unused_data)
                continue
            given, wanted = b"", self._decoder.needs_input
            if wanted:
                given, self._ahead = self._ahead or self._take(_PIECE), b""
            try:
                piece = self._decoder.decompress(given, most)
            except DAMAGED as error:
                raise self._damaged(str(error)) from None
            if piece:
                return piece
            if wanted and not given and not self._decoder.eof:
                raise self._damaged("it ends too early")
        return b""

    def _next_stream(self, packing: Packing, rest: bytes) -> None:
        """Go on with what follows a stream: another, padding, or what OpenWrt appends."""
        rest += self._ahead
        self._ahead = b""
        while len(rest) < BEGINNING and (more := self._take(_PIECE)):
            rest += more
        if rest.startswith(packing.begins):
            self._decoder, self._ahead = packing.decoder(), rest
            return
        self._decoder = None
        while len(rest) <= LARGEST and (more := self._take(_PIECE)):
            rest += more
        if rest.strip(b"\0"):
            self.trailer = trailer_of(rest, self._name)

    def _take(self, most: int) -> bytes:
        piece: bytes = self._file.read(most) or b""
        if self._hashed:
            self._file_hash.update(piece)
        return piece

    def _damaged(self, what: str) -> Integrity:
        return Integrity(
            f"{self._name} is damaged: {what}; build or fetch it again",
            about="image_damaged",
            name=self._name,
        )
