"""A mosquitto broker of one's own on the loopback address."""

import asyncio
import getpass
from pathlib import Path
import shutil
import tempfile
from typing import TYPE_CHECKING, Final, Self

from rig.child import Child
from rig.errors import RigError
from rig.places import ROOT
from rig.ports import LOOPBACK, accepts, claim_port
from rig.started import Started

if TYPE_CHECKING:
    from collections.abc import Mapping

START_TIMEOUT_S: Final = 10


def find_program(name: str) -> Path:
    """Return a program of the mosquitto package; raise RigError when it is not installed."""
    for folder in (None, "/usr/sbin", str(ROOT / ".tools/mosquitto/usr/sbin")):
        if found := shutil.which(name, path=folder):
            return Path(found)
    if found := shutil.which(name, path=str(ROOT / ".tools/mosquitto/usr/bin")):
        return Path(found)
    raise RigError(f"{name} is not installed: run script/setup, or install mosquitto")


class Broker(Started):
    """A mosquitto process that can be stopped, killed and started again on one port."""

    def __init__(
        self,
        *,
        port: int = 0,
        folder: Path | None = None,
        users: Mapping[str, str] | None = None,
        acl: str | None = None,
        persistent: bool = False,
        max_packet_bytes: int | None = None,
        max_queued: int | None = None,
    ) -> None:
        """Describe the broker.

        Without `users` (name to password) everybody may connect; `acl` is the text of
        an ACL file; a `persistent` broker keeps retained messages over a restart in
        `folder`, which is a temporary one unless given. `max_queued` messages wait for a
        slow client before more are dropped (0: no limit; mosquitto's own default is 1000).
        """
        self.port = claim_port(port, "the MQTT broker")
        self.users = dict(users or {})
        self._temporary = tempfile.TemporaryDirectory(prefix="broker-") if folder is None else None
        self.folder = folder or Path(self._temporary.name if self._temporary else "")
        self._acl = acl
        self._persistent = persistent
        self._max_packet_bytes = max_packet_bytes
        self._max_queued = max_queued
        self._child = Child(
            "mosquitto",
            [find_program("mosquitto"), "-c", self._path("mosquitto.conf")],
            log=self._path("mosquitto.log"),
        )

    @property
    def running(self) -> bool:
        """Tell whether the broker runs."""
        return self._child.running

    @property
    def pid(self) -> int:
        """Return the broker's process id."""
        return self._child.pid

    async def start(self) -> Self:
        """Start it and wait until it accepts connections; raise when it does not."""
        claim_port(self.port, "the MQTT broker")
        self.folder.mkdir(parents=True, exist_ok=True)
        await self._write_passwords()
        if self._acl is not None:
            self._write_private("acl", self._acl)
        self._path("mosquitto.conf").write_text(self._configuration(), encoding="utf-8")
        await self._child.start()
        await self._child.wait_until(
            lambda: accepts(self.port), "accepted a connection", timeout_s=START_TIMEOUT_S
        )
        return self

    async def stop(self) -> None:
        """Stop it in good order; a persistent one writes its database."""
        await self._child.stop(timeout_s=5)

    async def kill(self) -> None:
        """End it at once."""
        await self._child.kill()

    async def restart(self) -> None:
        """Stop it and start it on the same port."""
        await self.stop()
        await self.start()

    def log_tail(self, lines: int = 25) -> str:
        """Return the last lines of its log."""
        return self._child.tail(lines)

    async def close(self) -> None:
        """Stop it and remove its folder if it was a temporary one."""
        await self.stop()
        if self._temporary is not None:
            self._temporary.cleanup()

    def _path(self, name: str) -> Path:
        """Return the path of one of the broker's own files."""
        return self.folder.resolve() / name

    def _configuration(self) -> str:
        """Return the text of mosquitto.conf."""
        lines = [
            f"listener {self.port} {LOOPBACK}",
            f"allow_anonymous {'false' if self.users else 'true'}",
            # Started by root it would change to a user that may not read this folder.
            f"user {getpass.getuser()}",
            "set_tcp_nodelay true",
            "log_dest stdout",
        ]
        if self.users:
            lines.append(f"password_file {self._path('passwords')}")
        if self._acl is not None:
            lines.append(f"acl_file {self._path('acl')}")
        if self._max_packet_bytes is not None:
            lines.append(f"max_packet_size {self._max_packet_bytes}")
        if self._max_queued is not None:
            lines.append(f"max_queued_messages {self._max_queued}")
        if self._persistent:
            lines += ["persistence true", f"persistence_location {self.folder.resolve()}/"]
        return "\n".join(lines) + "\n"

    async def _write_passwords(self) -> None:
        """Write the password file, hashed by mosquitto's own program."""
        if not self.users:
            return
        plain = "".join(f"{user}:{password}\n" for user, password in self.users.items())
        self._write_private("passwords", plain)
        process = await asyncio.create_subprocess_exec(
            find_program("mosquitto_passwd"), "-U", self._path("passwords")
        )
        if await asyncio.wait_for(process.wait(), START_TIMEOUT_S):
            raise RigError("mosquitto_passwd could not hash the passwords")

    def _write_private(self, name: str, text: str) -> None:
        """Write a file that only its owner may read."""
        path = self._path(name)
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
