"""Signatures of what the server publishes: GPG's and usign's, by keys that people put in place."""

import base64
import binascii
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
import subprocess
import tempfile
from typing import Final

from forge.errors import Invalid
from forge.openwrt.keys import OPENWRT, dearmoured

_ALGORITHM: Final = b"Ed"
_NUMBER: Final = 8
_KEY: Final = 32
_SIGNATURE: Final = 64
_TIMEOUT_S: Final = 30


class Signature(StrEnum):
    """What a signature is worth."""

    VERIFIED = "verified"
    UNSIGNED = "unsigned"
    UNKNOWN_KEY = "unknown_key"
    BAD = "bad"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Signed:
    """What a message's signatures are worth together, and by which keys they say they are."""

    worth: Signature
    by: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Tell it in one line."""
        named = (f"{key} (OpenWrt's)" if key in OPENWRT else key for key in self.by)
        return f"{self.worth}, by {', '.join(named)}" if self.by else str(self.worth)


def check(message: bytes, *, asc: bytes | None, sig: bytes | None, keys: Path) -> Signed:
    """Return the worth of a message's signatures: one bad one spoils it."""
    found = [
        *((_gpg(message, asc, keys),) if asc is not None else ()),
        *((_usign(message, sig, keys),) if sig is not None else ()),
    ]
    for worth in (Signature.BAD, Signature.VERIFIED, Signature.UNKNOWN_KEY):
        by = tuple(key for one in found if one.worth is worth for key in one.by)
        if any(one.worth is worth for one in found):
            return Signed(worth, by)
    return Signed(Signature.UNSIGNED)


def _usign(message: bytes, signature: bytes, keys: Path) -> Signed:
    """Check a signature in usign's format: `Ed`, the key's number, an Ed25519 signature."""
    # Only the process of a job that checks one needs this library.
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - 8 MB that the service, which checks none itself, does not hold
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - 8 MB that the service, which checks none itself, does not hold
        Ed25519PublicKey,
    )

    signed = _decoded(signature, _SIGNATURE)
    if signed is None:
        return Signed(Signature.BAD)
    number, raw = signed
    by = (number.hex(),)
    for path in sorted(keys.glob("*.pub")):
        key = _decoded(path.read_bytes(), _KEY)
        if key is None or key[0] != number:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key[1]).verify(raw, message)
        except InvalidSignature:
            return Signed(Signature.BAD, by)
        return Signed(Signature.VERIFIED, by)
    return Signed(Signature.UNKNOWN_KEY, by)


def _decoded(text: bytes, size: int) -> tuple[bytes, bytes] | None:
    """Return a key's number and what follows it, of a comment line and one in base64."""
    lines = text.splitlines()
    try:
        raw = base64.b64decode(lines[1], validate=True)
    except (IndexError, binascii.Error):
        return None
    head = len(_ALGORITHM) + _NUMBER
    if not raw.startswith(_ALGORITHM) or len(raw) != head + size:
        return None
    return raw[len(_ALGORITHM) : head], raw[head:]


def _gpg(message: bytes, signature: bytes, keys: Path) -> Signed:
    """Check a detached GPG signature."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "message").write_bytes(message)
        (folder / "signature").write_bytes(signature)
        rings = []
        for number, path in enumerate(sorted((*keys.glob("*.asc"), *keys.glob("*.gpg")))):
            ring = folder / f"{number}.gpg"
            try:
                ring.write_bytes(dearmoured(path.read_bytes()))
            except Invalid:
                continue  # one damaged file takes nothing from the others
            rings += ["--keyring", str(ring)]
        done = subprocess.run(  # noqa: S603 - its arguments are our own
            [
                *("gpgv", "--homedir", name, "--status-fd", "1", *rings),
                *(str(folder / "signature"), str(folder / "message")),
            ],
            check=False,
            capture_output=True,
            timeout=_TIMEOUT_S,
        )
    said = [line.split() for line in done.stdout.decode().splitlines()]
    status = {words[1]: words[2:] for words in said if words[1:]}
    if done.returncode == 0 and "VALIDSIG" in status:
        # The last word is the key's own fingerprint, the first that of a part which signs for it.
        return Signed(Signature.VERIFIED, tuple(status["VALIDSIG"][-1:]))
    if "NO_PUBKEY" in status and "BADSIG" not in status:
        return Signed(Signature.UNKNOWN_KEY, tuple(status["NO_PUBKEY"]))
    return Signed(Signature.BAD, tuple(status.get("BADSIG", ())[:1]))
