"""Public keys whose signatures count: put in place by people, who compared fingerprints first.

They lie in `<data_dir>/openwrt/keys`: `*.asc` and `*.gpg` for GPG, `*.pub` for usign. A key is
kept only together with its own fingerprint, said again by whoever adds it.
"""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
import hashlib
from pathlib import Path
from typing import Final
from uuid import uuid4

from pydantic import BaseModel, Field

from forge.errors import Conflict, Invalid, NotFound, Precondition
from forge.settings import Settings

_ARMOUR: Final = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
_PRIVATE: Final = "-----BEGIN PGP PRIVATE KEY BLOCK-----"
_PUBLIC_PACKET: Final = 6
_USER_PACKET: Final = 13
_V4: Final = 4
_USIGN_HEAD: Final = b"Ed"
_USIGN_NUMBER: Final = 8
_USIGN_SIZE: Final = 42
_LONGEST_NAME: Final = 200

#: Fingerprints of OpenWrt's own GPG keys (https://openwrt.org/docs/guide-user/security/signatures),
#: as its build containers pin them (https://github.com/openwrt/docker, `keys.sh`).
OPENWRT: Final = {
    "54CC74307A2C6DC9CE618269CD84BCED626471F1": "snapshots",
    "8A8BC12F46B836C0F9CDB36F1D53D1877742E911": "releases from 24.10 on",
    "667205E379BAF348863A5C6688CA59E88F681580": "releases of 21.02",
    "D9C6901F45C9B86858687DFF28A39BC32074BE7A": "releases of 19.07",
}


class KeyKind(StrEnum):
    """What a key checks."""

    GPG = "gpg"
    USIGN = "usign"


class Key(BaseModel):
    """A public key."""

    id: str = Field(description="the fingerprint, or usign's number")
    kind: KeyKind
    fingerprint: str = Field(
        description="to be compared: GPG's fingerprint, or for usign the key itself in base64"
    )
    name: str = Field(description="what the key calls itself; anybody may call a key anything")
    openwrt: str | None = Field(
        None, description="what OpenWrt signs with it, where it is a key that OpenWrt publishes"
    )


@dataclass(frozen=True, slots=True)
class _Read:
    key: Key
    text: str
    ending: str


def folder(settings: Settings) -> Path:
    """Return where keys are."""
    return settings.data_dir / "openwrt" / "keys"


class Keys:
    """The keys of this Forge."""

    def __init__(self, settings: Settings) -> None:
        """Keep them with the other data."""
        self._folder = folder(settings)

    def list(self) -> list[Key]:
        """Return all keys; a file that holds none is passed over."""
        return [key for _path, key in self._kept()]

    def look(self, text: str) -> Key:
        """Return what key a text holds; nothing is kept. Raise Invalid."""
        return _parse(text.encode("utf-8", "replace")).key

    def add(self, text: str, fingerprint: str | None) -> Key:
        """Keep a key, if the fingerprint is its own. Raise Invalid, Precondition, Conflict."""
        read = _parse(text.encode("utf-8", "replace"))
        given = "".join((fingerprint or "").split())
        key = read.key
        if key.kind is KeyKind.GPG:
            given = given.upper()
        if given != key.fingerprint:
            told = "That is not its fingerprint" if given else "Nobody has compared it yet"
            raise Precondition(
                f"{told}: the {key.kind} key of {key.name!r} has {key.fingerprint}. Compare it"
                " with what its owner publishes, and send it along",
                about="fingerprint",
                fingerprint=key.fingerprint,
                openwrt=key.openwrt,
            )
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{key.id}{read.ending}"
        coming = self._folder / f".{uuid4().hex}"
        coming.write_text(read.text, "utf-8")
        try:
            path.hardlink_to(coming)
        except FileExistsError:
            if _parse(path.read_bytes()).key.fingerprint != key.fingerprint:
                raise Conflict(
                    f"Another key has the number {key.id}: delete it first", about="exists"
                ) from None
        finally:
            coming.unlink()
        return key

    def delete(self, key_id: str) -> None:
        """Trust a key no more. Raise NotFound."""
        found = [path for path, key in self._kept() if key.id == key_id]
        if not found:
            raise NotFound(f"There is no key {key_id}", about="key", key=key_id)
        for path in found:
            path.unlink(missing_ok=True)

    def _kept(self) -> Iterator[tuple[Path, Key]]:
        for path in sorted(self._folder.glob("[!.]*.*")):
            try:
                yield path, _parse(path.read_bytes()).key
            except (Invalid, OSError):
                continue


def _parse(data: bytes) -> _Read:
    """Read a key. Raise Invalid for what is none, or more than one."""
    text = data.decode("utf-8", "replace")
    if _PRIVATE in text:
        raise Invalid("This is a secret key: keep it, and send its public one", about="key")
    if _ARMOUR in text:
        return _gpg(dearmoured(data), text, ".asc")
    if data[:1] and data[0] & 0x80 and not text.isprintable():
        return _gpg(data, text, ".gpg")
    return _usign(text)


def _gpg(data: bytes, text: str, ending: str) -> _Read:
    """Read an OpenPGP key: its fingerprint is RFC 9580's of a version 4 key (section 5.5.4)."""
    primary, name = [], ""
    try:
        for tag, body in _packets(data):
            if tag == _PUBLIC_PACKET:
                primary.append(body)
            elif tag == _USER_PACKET and not name:
                name = body.decode("utf-8", "replace")
    except IndexError:
        primary = []
    if len(primary) != 1 or not primary[0] or primary[0][0] != _V4:
        raise Invalid("This is not one public OpenPGP key of version 4", about="key")
    body = primary[0]
    # SHA-1 is what a version 4 fingerprint is (RFC 4880, 12.2), and what OpenWrt publishes to be
    # compared with; signatures are never checked by it.
    hashed = hashlib.sha1(  # noqa: S324 - RFC 4880, 12.2: this is what a version 4 fingerprint is
        b"\x99" + len(body).to_bytes(2, "big") + body
    )
    fingerprint = hashed.hexdigest().upper()
    key = Key(
        id=fingerprint,
        kind=KeyKind.GPG,
        fingerprint=fingerprint,
        name=_line(name),
        openwrt=OPENWRT.get(fingerprint),
    )
    return _Read(key, text, ending)


def _packets(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Take OpenPGP apart (RFC 9580, section 4.2). Raise IndexError where it is cut off."""
    at = 0
    while at < len(data):
        head, at = data[at], at + 1
        if head & 0x40:
            tag, first = head & 0x3F, data[at]
            if first < 192:  # noqa: PLR2004 - one, two and five octets of length, as above
                size, at = first, at + 1
            elif first < 224:  # noqa: PLR2004 - as above
                size, at = ((first - 192) << 8) + data[at + 1] + 192, at + 2
            else:
                size, at = int.from_bytes(data[at + 1 : at + 5], "big"), at + 5
        else:
            tag, octets = (head >> 2) & 0x0F, 1 << (head & 3)
            size, at = int.from_bytes(data[at : at + octets], "big"), at + octets
        if not head & 0x80 or at + size > len(data):
            raise IndexError
        yield tag, data[at : at + size]
        at += size


def _usign(text: str) -> _Read:
    lines = [line for line in text.splitlines() if line.strip()]
    comment, _, name = lines[0].partition("untrusted comment:") if lines else ("", "", "")
    try:
        raw = base64.b64decode(lines[-1].strip(), validate=True) if lines else b""
    except ValueError:  # also for letters that base64 never has
        raw = b""
    if len(lines) != 2 or comment or len(raw) != _USIGN_SIZE or raw[:2] != _USIGN_HEAD:  # noqa: PLR2004 - a comment and a key
        raise Invalid(
            "This is no public key: neither an OpenPGP block nor usign's comment and key",
            about="key",
        )
    key = Key(
        id=raw[2 : 2 + _USIGN_NUMBER].hex(),
        kind=KeyKind.USIGN,
        fingerprint=lines[1].strip(),
        name=_line(name),
        openwrt=None,
    )
    return _Read(key, text, ".pub")


def _line(name: str) -> str:
    return "".join(filter(str.isprintable, name)).strip()[:_LONGEST_NAME]


def dearmoured(key: bytes) -> bytes:
    """Return an OpenPGP key as gpgv reads it: without the text around it. Raise Invalid."""
    if b"-----BEGIN PGP" not in key:
        return key
    body = key.partition(b"\n\n")[2] or key.partition(b"\r\n\r\n")[2]
    lines = body.partition(b"-----END PGP")[0].splitlines()
    try:
        return base64.b64decode(
            b"".join(line for line in lines if not line.startswith(b"=")), validate=True
        )
    except binascii.Error:
        raise Invalid("This OpenPGP block is damaged", about="key") from None
