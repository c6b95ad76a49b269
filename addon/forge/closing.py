"""Closes what the Forge keeps to other users: what it builds runs as some of those."""

from contextlib import suppress
import logging
import stat
from typing import Final

from forge.settings import Settings

_LOGGER: Final = logging.getLogger(__name__)
#: What jobs' users pass through: their own folders, and the Image Builders that they copy.
_PASSED: Final = ("work", "builders")
_OTHERS: Final = 0o007


def close_off(settings: Settings) -> None:
    """Leave to others only the way to what jobs need, also where it was made less strictly."""
    root = settings.data_dir
    for name in _PASSED:
        (root / name).mkdir(exist_ok=True)
    for path in (root, *root.iterdir()):
        passed = path == root or path.name in _PASSED
        # Where it is somebody else's, that one decides; a worker beside may just have deleted it.
        with suppress(PermissionError, FileNotFoundError):
            mode = path.lstat().st_mode
            if not stat.S_ISLNK(mode):
                path.chmod(mode & ~_OTHERS & 0o7777 | (0o011 if passed else 0))
    shared = settings.shared
    if shared.exists() and shared.stat().st_mode & _OTHERS:
        _LOGGER.warning("What builds run can read %s: close it to others (chmod o-rwx)", shared)
