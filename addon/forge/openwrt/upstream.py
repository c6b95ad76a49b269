"""What OpenWrt's server lists: kept for a while, and told when it cannot be asked."""

import hashlib
import json
import os
from pathlib import Path
import time
from typing import Any, Final

from forge.errors import Precondition, Upstream
from forge.openwrt.fetch import Mirrors
from forge.settings import Settings

#: The largest list that is taken: a target's profiles with all their images.
MOST: Final = 32 << 20


class Listings:
    """Small files of the server, kept on the disk."""

    def __init__(self, settings: Settings, mirrors: Mirrors) -> None:
        """Keep what these mirrors list."""
        self._mirrors = mirrors
        self._folder = settings.data_dir / "openwrt" / "listed"
        self._fresh_s = settings.openwrt_refresh_s
        self._offline = settings.offline

    def text(self, path: str, *, fresh: bool = False) -> bytes:
        """Return a file; `fresh` asks the server also when it was asked a moment ago.

        What was listed last serves while the server is away. Raise Upstream, or Precondition
        (`precondition.offline`), where it was never read.
        """
        kept = self._kept(path)
        age = _age(kept)
        if age is not None and (self._offline or (age < self._fresh_s and not fresh)):
            return kept.read_bytes()
        if self._offline:
            raise Precondition(
                f"{path} was never read, and the Forge is offline: turn `offline` off for once",
                about="offline",
                path=path,
            )
        try:
            body = self._mirrors.read(path, most=MOST)
        except Upstream as error:
            if age is None or fresh or error.facts.get("status") == 404:  # noqa: PLR2004 - not found, by HTTP
                raise
            return kept.read_bytes()
        _write(kept, body)
        return body

    def json(self, path: str, *, fresh: bool = False) -> dict[str, Any]:
        """Return a JSON object. Raise as `text` does; what is no object is Upstream."""
        try:
            found = json.loads(self.text(path, fresh=fresh))
        except ValueError:
            found = None
        if isinstance(found, dict):
            return found
        self._kept(path).unlink(missing_ok=True)
        raise Upstream(f"{path} of the server is no JSON object", about="http", path=path)

    def known(self, path: str) -> bytes | None:
        """Return a file as it was read last, if that was not long ago; never ask a server."""
        kept = self._kept(path)
        age = _age(kept)
        if age is None or not (self._offline or age < self._fresh_s):
            return None
        return kept.read_bytes()

    def _kept(self, path: str) -> Path:
        return (
            self._folder / hashlib.sha256(f"{self._mirrors.urls} {path}".encode()).hexdigest()[:32]
        )


def _age(path: Path) -> float | None:
    """Return how old a file is; what is from the future counts as old."""
    try:
        age = time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return None
    return age if age >= 0 else float("inf")


def _write(path: Path, body: bytes) -> None:
    """Write a file whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    coming = path.with_name(f"{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    coming.write_bytes(body)
    coming.replace(path)
