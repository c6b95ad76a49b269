"""Where the parts of the project lie."""

import os
from pathlib import Path
import tempfile
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
    """Let other users pass to a temporary folder of ours: a Forge that is root builds as such.

    Temporary folders are closed to them, and may be told to be somebody's alone again. Other
    folders stay as their owner has them.
    """
    if os.geteuid() == 0:
        for closed in filter(_is_temporary, closed_on_the_way(folder)):
            closed.chmod(closed.stat().st_mode | 0o011)


def is_closed(folder: Path) -> bool:
    """Tell whether other users cannot pass to a folder, and `open_way` would not help."""
    return not all(map(_is_temporary, closed_on_the_way(folder)))


def closed_on_the_way(folder: Path) -> list[Path]:
    """Return what others cannot pass, of a folder and all above it."""
    way = (folder, *folder.parents)
    return [step for step in way if step.exists() and not step.stat().st_mode & 0o001]


def _is_temporary(folder: Path) -> bool:
    return folder.is_relative_to(Path(tempfile.gettempdir()).resolve())
