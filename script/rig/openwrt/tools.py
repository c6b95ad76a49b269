"""The programs of the system that the Image Builder and its server need."""

import os
import shutil
import subprocess
from typing import Final

from rig.errors import RigError

#: Programs, and the Debian packages that bring them.
PROGRAMS: Final = {
    "make": "make",
    "gzip": "gzip",
    "zstd": "zstd",
    "xz": "xz-utils",
    "mksquashfs": "squashfs-tools",
    "unsquashfs": "squashfs-tools",
    "mkfs.fat": "dosfstools",
    "mcopy": "mtools",
    "mke2fs": "e2fsprogs",
    "mkimage": "u-boot-tools",
    "dtc": "device-tree-compiler",
    "sfdisk": "fdisk",
    "openssl": "openssl",
    "gpg": "gnupg",
    "signify-openbsd": "signify-openbsd",
}
SYSTEM_PYTHON: Final = "/usr/bin/python3"
#: Where Debian keeps them; the second half is not on everybody's path.
PATH: Final = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"


def find(program: str) -> str:
    """Return a program's path; raise RigError when it is not installed."""
    found = shutil.which(program) or shutil.which(program, path=PATH)
    if found is None:
        package = PROGRAMS.get(program, program)
        raise RigError(f"{program} is not installed: run script/setup, or install {package}")
    return found


def missing() -> list[str]:
    """Return the Debian packages that are still to be installed."""
    packages = {
        package
        for program, package in PROGRAMS.items()
        if shutil.which(program) is None and shutil.which(program, path=PATH) is None
    }
    # Image Builders before 24.10 ask for a module that Python had of itself until 3.12.
    if not _runs("from distutils import util"):
        old = _runs("import sys; sys.exit(sys.version_info >= (3, 12))")
        packages.add("python3-distutils" if old else "python3-setuptools")
    return sorted(packages)


def environment() -> dict[str, str]:
    """Return an environment in which a build finds its programs, and nothing of the caller's."""
    return {"PATH": PATH, "LC_ALL": "C.UTF-8", "HOME": os.environ.get("HOME", "/")}


def _runs(code: str) -> bool:
    """Tell whether the system's own Python runs this well."""
    command = [SYSTEM_PYTHON, "-c", code]
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


if __name__ == "__main__":
    print(*missing())
