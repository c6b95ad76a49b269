"""Signatures of what the server publishes: GPG's and usign's, by keys that the owner put in place.

Keys lie in `<data_dir>/openwrt/keys`: `*.asc` and `*.gpg` for GPG, `*.pub` for usign.
"""

import base64
import binascii
from enum import StrEnum
from pathlib import Path
import subprocess
import tempfile
from typing import Final

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


def check(message: bytes, *, asc: bytes | None, sig: bytes | None, keys: Path) -> Signature:
    """Return the worth of a message's signatures: one bad one spoils it."""
    found = {
        *((_gpg(message, asc, keys),) if asc is not None else ()),
        *((_usign(message, sig, keys),) if sig is not None else ()),
    }
    for worth in (Signature.BAD, Signature.VERIFIED, Signature.UNKNOWN_KEY):
        if worth in found:
            return worth
    return Signature.UNSIGNED


def _usign(message: bytes, signature: bytes, keys: Path) -> Signature:
    """Check a signature in usign's format: `Ed`, the key's number, an Ed25519 signature."""
    # Only the jobs that check one need this library; it is large.
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - see above
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - see above
        Ed25519PublicKey,
    )

    signed = _decoded(signature, _SIGNATURE)
    if signed is None:
        return Signature.BAD
    number, raw = signed
    for path in sorted(keys.glob("*.pub")):
        key = _decoded(path.read_bytes(), _KEY)
        if key is None or key[0] != number:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key[1]).verify(raw, message)
        except InvalidSignature:
            return Signature.BAD
        return Signature.VERIFIED
    return Signature.UNKNOWN_KEY


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


def _gpg(message: bytes, signature: bytes, keys: Path) -> Signature:
    """Check a detached GPG signature."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "message").write_bytes(message)
        (folder / "signature").write_bytes(signature)
        rings = []
        for number, path in enumerate(sorted((*keys.glob("*.asc"), *keys.glob("*.gpg")))):
            ring = folder / f"{number}.gpg"
            ring.write_bytes(_dearmored(path.read_bytes()))
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
    status = {line.split()[1] for line in done.stdout.decode().splitlines() if line.split()[1:]}
    if done.returncode == 0 and "VALIDSIG" in status:
        return Signature.VERIFIED
    return Signature.UNKNOWN_KEY if "NO_PUBKEY" in status else Signature.BAD


def _dearmored(key: bytes) -> bytes:
    """Return an OpenPGP key as gpgv reads it: without the text around it."""
    if b"-----BEGIN PGP" not in key:
        return key
    body = key.partition(b"\n\n")[2] or key.partition(b"\r\n\r\n")[2]
    lines = body.partition(b"-----END PGP")[0].splitlines()
    return base64.b64decode(b"".join(line for line in lines if not line.startswith(b"=")))
