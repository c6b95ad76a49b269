"""Where the parts of the project lie."""

import os
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
INTEGRATION: Final = ROOT / "custom_components" / "atelier"
BUNDLES: Final = ROOT / "firmware" / "bundles"
SIMULATOR: Final = ROOT / "firmware" / "simulator" / "run.py"
MICROPYTHON: Final = ROOT / ".tools" / "micropython" / "usr" / "bin" / "micropython"
#: Where the demo keeps its files.
DEMO: Final = ROOT / ".demo"
#: What a demo leaves in its folder; while it runs, the address of its stage is in it.
MARK: Final = ".atelier-demo"


def open_way(folder: Path) -> None:
    """Let other users pass to a folder of ours: a Forge that is root builds as such.

    Temporary folders are closed to them, and may be told to be somebody's alone again.
    """
    for parent in (folder, *folder.parents):
        found = parent.stat() if parent.exists() else None
        if found is not None and found.st_uid == os.geteuid() and not found.st_mode & 0o001:
            parent.chmod(found.st_mode | 0o011)
