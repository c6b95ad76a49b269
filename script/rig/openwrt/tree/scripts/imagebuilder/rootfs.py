"""Make the root ready: the caller's files, scripts of packages, services, the local key."""

import os
from pathlib import Path
import re
import shutil
import subprocess
import sys

from .keys import local_public_key
from .places import epoch, folder

RECORDS = {"": "usr/lib/opkg/info", "y": "lib/apk/packages"}


def prepare(files: str, disabled: list[str]) -> int:
    """Do all of it, in upstream's order; return the exit status."""
    root = folder("TARGET_DIR")
    if os.environ.get("ADD_LOCAL_KEY"):
        key, place = local_public_key()
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(key, root / place)
    # The system's own cp keeps modes, links and empty folders.
    copy = ["cp", "-fpR", f"{files}/.", str(root)]
    failed = subprocess.run(copy, check=False).returncode if files else 0
    failed = failed or run_scripts(root)
    if not failed:
        enable_services(root, disabled)
        date(root)
    return failed


def run_scripts(root: Path) -> int:
    """Run the packages' scripts as upstream does; return 1 when one fails."""
    for script in sorted((root / RECORDS[os.environ["USES_APK"]]).glob("*.postinst")):
        ended = subprocess.run(
            ["sh", str(script)],
            cwd=root,
            env={**os.environ, "IPKG_INSTROOT": str(root)},
            check=False,
        ).returncode
        if ended:
            print(f"postinst script {script} has failed with exit code {ended}", file=sys.stderr)
            return 1
    return 0


def enable_services(root: Path, disabled: list[str]) -> None:
    """Link each service into rc.d at its place, but for the disabled ones."""
    links = root / "etc/rc.d"
    links.mkdir(parents=True, exist_ok=True)
    for script in sorted((root / "etc/init.d").glob("*")):
        start = re.search(r"^START=(\d+)", script.read_text("utf-8", "replace"), re.MULTILINE)
        if start is None:
            continue
        link = links / f"S{int(start[1]):02d}{script.name}"
        link.unlink(missing_ok=True)
        if script.name in disabled:
            print(f"Disabling {script.name}")
        else:
            link.symlink_to(f"../init.d/{script.name}")


def date(root: Path) -> None:
    """Give everything one date, so that the same root gives the same image."""
    for path in [root, *root.rglob("*")]:
        os.utime(path, (epoch(), epoch()), follow_symlinks=False)


if __name__ == "__main__":
    sys.exit(prepare(sys.argv[1], sys.argv[2].split()))
