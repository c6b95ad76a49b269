"""Throw-away keys of a server: GPG, usign and EC, as OpenWrt signs with."""

import base64
from dataclasses import dataclass
from pathlib import Path
import re
import subprocess
import tempfile
from typing import Self

from rig.openwrt.tools import find

NAME = "Fixture of the rig <fixture@example.invalid>"


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys in a folder; another folder's are those of a stranger."""

    folder: Path

    @property
    def gpg_public(self) -> Path:
        """Return the public GPG key, armoured."""
        return self.folder / "public.asc"

    @property
    def usign_public(self) -> Path:
        """Return the public usign key."""
        return self.folder / "key.pub"

    @property
    def ec_public(self) -> Path:
        """Return the public EC key, which apk's lists are signed with."""
        return self.folder / "public.pem"

    @property
    def gpg_fingerprint(self) -> str:
        """Return the GPG key's fingerprint, in capitals."""
        said = self._gpg("--list-keys", "--with-colons").decode()
        found = re.search(r"^fpr:+([0-9A-F]{40}):", said, re.MULTILINE)
        if found is None:
            raise LookupError(said)
        return found[1]

    @property
    def usign_fingerprint(self) -> str:
        """Return the usign key's number, by which trees keep it."""
        return base64.b64decode(self.usign_public.read_text("ascii").splitlines()[1])[2:10].hex()

    @classmethod
    def make(cls, folder: Path) -> Self:
        """Return the keys in a folder, made if they are not there."""
        keys = cls(folder)
        if keys.gpg_public.is_file():
            return keys
        home = folder / "gpg"
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o700)
        _run(
            *(find("signify-openbsd"), "-G", "-n", "-c", "fixture"),
            *("-p", folder / "key.pub", "-s", folder / "key.sec"),
        )
        secret = _run(find("openssl"), "ecparam", "-name", "prime256v1", "-genkey", "-noout")
        (folder / "secret.pem").write_bytes(secret)
        public = _run(find("openssl"), "ec", "-in", folder / "secret.pem", "-pubout")
        keys.ec_public.write_bytes(public)
        keys._gpg("--quick-gen-key", NAME, "ed25519", "sign", "never")
        # Last, because it says that all are there.
        keys.gpg_public.write_bytes(keys._gpg("--armor", "--export"))
        return keys

    def sign_gpg(self, message: bytes) -> bytes:
        """Return a detached, armoured signature."""
        return self._gpg("--armor", "--detach-sign", "--output", "-", said=message)

    def sign_usign(self, message: bytes) -> bytes:
        """Return a signature in usign's format."""
        with tempfile.TemporaryDirectory() as name:
            path, signature = Path(name, "message"), Path(name, "message.sig")
            path.write_bytes(message)
            _run(
                *(find("signify-openbsd"), "-S", "-s", self.folder / "key.sec"),
                *("-x", signature, "-m", path),
            )
            return signature.read_bytes()

    def sign_ec(self, message: bytes) -> bytes:
        """Return an EC signature in DER."""
        sign = (find("openssl"), "dgst", "-sha256", "-sign", self.folder / "secret.pem")
        return _run(*sign, said=message)

    def _gpg(self, *arguments: str, said: bytes = b"") -> bytes:
        # Its agent's socket lies in the home, and a socket's path has at most 107 bytes.
        with tempfile.TemporaryDirectory() as short:
            home = Path(short, "gpg")
            home.symlink_to((self.folder / "gpg").resolve())
            try:
                return _run(
                    *(find("gpg"), "--homedir", home, "--batch", "--quiet", "--no-tty"),
                    *("--no-autostart",) * (arguments[0] == "--list-keys"),
                    *("--pinentry-mode", "loopback", "--passphrase", ""),
                    *arguments,
                    said=said,
                )
            finally:
                # It would look for keys where its home was.
                _run(find("gpgconf"), "--homedir", home, "--kill", "gpg-agent")


def _run(*command: str | Path, said: bytes = b"") -> bytes:
    return subprocess.run(command, input=said, capture_output=True, check=True).stdout
