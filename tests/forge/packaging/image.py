"""The app's image, really built and started: no engine, only buildah, and root's rights."""

from collections.abc import Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import re
import shutil
import signal
import subprocess
import tempfile
from typing import Final

from rig.places import ROOT
from tests.forge.packaging.app import APP

IMAGE: Final = "localhost/atelier-forge:test"
#: Debian's own words for the machine's certificates, and where the build sees them.
_CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")
_SEEN_AS: Final = "/etc/ssl/this-machine.crt"
_STORE: Final = ROOT / ".tools" / "image"
_BASE_WITHIN_S: Final = 300
_BUILD_WITHIN_S: Final = 500
_STEPS: Final = 4
_SYS_ADMIN: Final = 21


def missing() -> str | None:
    """Return why no image can be built here, or None."""
    if os.getuid() != 0:
        return "building the app's image needs root"
    if not _may_mount():
        return "building the app's image needs the right to mount (CAP_SYS_ADMIN)"
    tools = [tool for tool in ("buildah", "debootstrap") if shutil.which(tool) is None]
    return f"run script/setup, or install {' '.join(tools)}" if tools else None


def build() -> None:
    """Build the app's Dockerfile, on a base that Debian's archive gives."""
    base = base_name()
    if _buildah("inspect", "--type", "image", base, check=False).returncode:
        _make_base(base)
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as pip:
        # Some networks look into TLS: what this machine trusts, pip shall trust.
        pip.write(f"[global]\ncert = {_SEEN_AS}\n")
        pip.flush()
        _buildah(
            *("bud", "--isolation", "chroot", "--layers", "--pull-never", "--tag", IMAGE),
            *("--volume", f"{pip.name}:/etc/pip.conf:ro"),
            *("--volume", f"{_CERTIFICATES}:{_SEEN_AS}:ro", str(APP)),
            within_s=_BUILD_WITHIN_S,
        )
    # Every build leaves steps that the next one may begin with, and the disk is not endless.
    if len(_buildah("images", "--quiet", "--filter", "dangling=true").stdout.split()) > _STEPS:
        # One that was ended in the middle may have left containers on some of them.
        _buildah("rmi", "--prune", check=False)


def base_name() -> str:
    """Return what the Dockerfile stands on."""
    found = re.search(r"^ARG BUILD_FROM=(\S+)$", (APP / "Dockerfile").read_text(), re.MULTILINE)
    assert found
    return found[1]


@contextmanager
def container() -> Iterator[str]:
    """Make a container of the image; return its name."""
    name = _buildah("from", "--pull-never", IMAGE).stdout.strip()
    try:
        yield name
    finally:
        _buildah("rm", name)


def run(name: str, *command: str, **environment: str | int) -> subprocess.CompletedProcess[str]:
    """Run a program in a container to its end."""
    return _buildah(*_running(name, None, environment), *command, check=False, within_s=60)


def start(
    name: str, data: Path, output: Path, *command: str, **environment: str | int
) -> subprocess.Popen[bytes]:
    """Start a program in a container, with a folder of ours as /data."""
    with output.open("ab") as written:
        return subprocess.Popen(  # noqa: S603 - a list of arguments of ours
            [*_program(), *_running(name, data, environment), *command],
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
        )


def stop(process: subprocess.Popen[bytes]) -> int:
    """Send SIGTERM to the Forge itself, as an engine does; return its exit code."""
    # Above it are buildah's own processes, which would kill it.
    below = _below(process.pid)
    forge = next(pid for pid in below if "python" in Path(f"/proc/{pid}/exe").readlink().name)
    os.kill(forge, signal.SIGTERM)
    return process.wait(60)


def _make_base(name: str) -> None:
    """Have Debian's smallest system under the name of the image that the Dockerfile wants."""
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"],  # noqa: S607 - of Debian, found on PATH
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    # Where this machine's own packages come from: the archive itself, not its security updates.
    mirror = next(uri for uri in listed if uri.rstrip("/").endswith("/debian"))
    suite = re.sub(r"^.*:|-slim$", "", name)
    _STORE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_STORE) as folder:
        root = Path(folder) / "root"
        subprocess.run(  # noqa: S603 - a list of arguments of ours
            ["debootstrap", "--variant=minbase", suite, str(root), mirror],  # noqa: S607 - of Debian, found on PATH
            check=True,
            capture_output=True,
            timeout=_BASE_WITHIN_S,
        )
        empty = _buildah("from", "scratch").stdout.strip()
        _buildah("add", "--quiet", empty, str(root), "/", within_s=_BASE_WITHIN_S)
        _buildah("commit", "--quiet", "--rm", empty, name, within_s=_BASE_WITHIN_S)


def _running(name: str, data: Path | None, environment: dict[str, str | int]) -> list[str]:
    mounted = [] if data is None else ["--volume", f"{data}:/data"]
    given = [word for key, value in environment.items() for word in ("--env", f"{key}={value}")]
    return ["run", "--isolation", "chroot", *mounted, *given, name, "--"]


def _program() -> list[str]:
    return ["buildah", "--root", str(_STORE / "kept"), "--runroot", str(_STORE / "running")]


def _buildah(
    *arguments: str, check: bool = True, within_s: int = 60
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(  # noqa: S603 - a list of arguments of ours
        [*_program(), *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=within_s,
    )
    assert not check or not done.returncode, (
        f"{arguments[0]}: {done.stdout[-4000:]}{done.stderr[-4000:]}"
    )
    return done


def _below(pid: int) -> Iterator[int]:
    """Return a process's children, and theirs."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text("ascii").split():
            yield int(child)
            yield from _below(int(child))


def _may_mount() -> bool:
    status = Path("/proc/self/status").read_text("ascii")
    effective = int(re.findall(r"^CapEff:\s*(\S+)", status, re.MULTILINE)[0], 16)
    return bool(effective >> _SYS_ADMIN & 1)
