"""A throw-away PostgreSQL cluster on the loopback address."""

import os
from pathlib import Path
import pwd
import shutil
import subprocess
import tempfile

from custom_components.atelier.ledger.migrate import migrate
from rig.ports import free_port

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


class Cluster:
    """Run a server of one's own; as root, in the name of a user who is not."""

    def __init__(self) -> None:
        """Make an empty cluster. Raise LookupError where the programs are not installed."""
        if not PROGRAMS:
            raise LookupError("PostgreSQL's programs are not installed (Debian: postgresql)")
        self._bin = PROGRAMS[-1].parent
        self._folder = Path(tempfile.mkdtemp(prefix="ledger-pg-", dir="/tmp"))
        self._user = _user() if os.getuid() == 0 else None
        if self._user is not None:
            shutil.chown(self._folder, self._user)
        self.port = free_port()
        self._run("initdb", "-D", "data", "-U", "atelier", "-A", "trust", "-E", "UTF8", "-N")
        self._made = 0
        self._pattern: str | None = None

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        # What a process wrote survives its end also where nothing is forced onto the disk.
        options = f"-p {self.port} -h 127.0.0.1 -k {self._folder} -F"
        self._run("pg_ctl", "-D", "data", "-w", "-t", "30", "-l", "log", "-o", options, "start")

    def certify(self, certificate: Path, key: Path) -> None:
        """Let the server speak TLS from its next start."""
        self.certificate = certificate
        data = self._folder / "data"
        for file, name in ((certificate, "server.crt"), (key, "server.key")):
            copy = data / name
            copy.touch(mode=0o600)
            copy.write_bytes(file.read_bytes())
            if self._user is not None:
                shutil.chown(copy, self._user)
        with (data / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write("ssl = on\n")

    def stop(self, *, how: str = "fast") -> None:
        """Stop the server: `fast` closes connections, `immediate` is like a crash."""
        self._run("pg_ctl", "-D", "data", "-w", "-m", how, "stop")

    def signal(self, number: int) -> None:
        """Send a signal to the server and to each process that serves a connection."""
        leader = int(Path(self._folder, "data", "postmaster.pid").read_text("ascii").split()[0])
        children = Path(f"/proc/{leader}/task/{leader}/children").read_text("ascii").split()
        for process in (leader, *map(int, children)):
            os.kill(process, number)

    def new_database(self) -> str:
        """Make an empty database; return its URL."""
        return self._url(self._create("template1"))

    def new_database_with_tables(self) -> str:
        """Make a database with the newest tables and nothing in them; return its URL."""
        if self._pattern is None:
            self._pattern = self._create("template1")
            migrate(self._url(self._pattern))
        return self._url(self._create(self._pattern))

    def new_guarded_database(self, user: str, password: str) -> str:
        """Make an empty database whose owner needs a password; return its URL without it."""
        self._made += 1
        name = f"test{self._made}"
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "atelier")
        role = f"CREATE ROLE {user} LOGIN PASSWORD '{password}'"
        self._run("psql", *where, "-d", "postgres", "-c", role)
        rules = Path(self._folder, "data", "pg_hba.conf")
        guard = f"host all {user} 127.0.0.1/32 scram-sha-256\n"
        rules.write_text(guard + rules.read_text("utf-8"), "utf-8")
        self._run("pg_ctl", "-D", "data", "reload")
        self._run("createdb", *where, "-O", user, name)
        return f"postgresql+asyncpg://127.0.0.1:{self.port}/{name}"

    def remove(self) -> None:
        """Stop the server and delete its files."""
        self.stop(how="immediate")
        shutil.rmtree(self._folder)

    def _create(self, pattern: str) -> str:
        """Make a database like another, to which nobody is connected; return its name."""
        self._made += 1
        name = f"test{self._made}"
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "atelier")
        self._run("createdb", *where, "-T", pattern, name)
        return name

    def _url(self, name: str) -> str:
        return f"postgresql+asyncpg://atelier@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs; its words go to a file, which never blocks."""
        command = [str(self._bin / program), *arguments]
        if self._user is not None:
            command = ["runuser", "-u", self._user, "--", *command]
        with Path(self._folder, "output").open("ab") as output:
            subprocess.run(  # noqa: S603 - our own arguments
                command, cwd=self._folder, stdout=output, stderr=output, check=True, timeout=60
            )


def _user() -> str:
    """Return a user who is not root: PostgreSQL refuses to run as root."""
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
