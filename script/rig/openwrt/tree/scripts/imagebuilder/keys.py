"""The keys in the tree: its own, made at first use, and those of the feeds."""

import base64
import os
from pathlib import Path
import shutil
import subprocess
import sys
import tempfile

from .places import KEYS

USIGN_SECRET = KEYS / "key-build"
USIGN_PUBLIC = KEYS / "key-build.pub"
EC_SECRET = KEYS / "local-private-key.pem"
EC_PUBLIC = KEYS / "local-public-key.pem"
COMMENT = "Local build key"


def local_public_key() -> tuple[Path, str]:
    """Return the tree's public key, and where an image keeps it."""
    if os.environ.get("USES_APK"):
        return EC_PUBLIC, "etc/apk/keys/local-public-key.pem"
    return USIGN_PUBLIC, f"etc/opkg/keys/{fingerprint(USIGN_PUBLIC)}"


def fingerprint(key: Path) -> str:
    """Return the number of a usign key or signature, in hexadecimal digits."""
    return base64.b64decode(key.read_text("ascii").splitlines()[1])[2:10].hex()


def make() -> None:
    """Make the tree's own keys if there are none."""
    if (EC_PUBLIC if os.environ.get("USES_APK") else USIGN_PUBLIC).is_file():
        return
    print("Generate local signing keys...", file=sys.stderr)
    KEYS.mkdir(exist_ok=True)
    if os.environ.get("USES_APK"):
        _make_ec()
    else:
        _make_usign()
        shutil.copy(USIGN_PUBLIC, KEYS / fingerprint(USIGN_PUBLIC))


def verify_usign(message: bytes, signature: bytes) -> bool:
    """Tell whether a key in the tree made a usign signature."""
    with tempfile.TemporaryDirectory() as name:
        signed, said = Path(name, "message"), Path(name, "message.sig")
        signed.write_bytes(message)
        said.write_bytes(signature)
        try:
            key = KEYS / fingerprint(said)
        except (ValueError, IndexError):
            return False
        return key.is_file() and _runs(_signify(), "-V", "-q", "-p", key, "-x", said, "-m", signed)


def verify_ec(message: bytes, signature: bytes) -> bool:
    """Tell whether a key in the tree made an EC signature."""
    with tempfile.TemporaryDirectory() as name:
        signed, said, bare = (Path(name, part) for part in ("message", "signature", "key"))
        signed.write_bytes(message)
        said.write_bytes(signature)
        for key in sorted(KEYS.glob("*.pem")):
            if key == EC_SECRET:
                continue
            lines = key.read_text("ascii").splitlines(keepends=True)
            bare.write_text("".join(one for one in lines if not one.startswith("untrusted")))
            if _runs("openssl", "dgst", "-sha256", "-verify", bare, "-signature", said, signed):
                return True
    return False


def _make_usign() -> None:
    with tempfile.TemporaryDirectory(dir=KEYS) as name:
        public, secret = Path(name, "key.pub"), Path(name, "key.sec")
        subprocess.run(
            [_signify(), "-G", "-n", "-c", COMMENT, "-p", public, "-s", secret], check=True
        )
        secret.rename(USIGN_SECRET)
        public.rename(USIGN_PUBLIC)


def _make_ec() -> None:
    make_secret = ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout"]
    secret = subprocess.run(make_secret, check=True, capture_output=True).stdout
    public = subprocess.run(
        ["openssl", "ec", "-pubout"], input=secret, check=True, capture_output=True
    ).stdout
    # Upstream writes usign's comment over the keys' PEM text, too.
    EC_SECRET.write_bytes(f"untrusted comment: {COMMENT}\n".encode() + secret)
    EC_SECRET.chmod(0o600)
    EC_PUBLIC.write_bytes(f"untrusted comment: {COMMENT}\n".encode() + public)


def _signify() -> str:
    return shutil.which("signify-openbsd") or "signify"


def _runs(*command: str | Path) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


if __name__ == "__main__":
    make()
