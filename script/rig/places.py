"""Where the parts of the project lie."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
INTEGRATION: Final = ROOT / "custom_components" / "atelier"
BUNDLES: Final = ROOT / "firmware" / "bundles"
SIMULATOR: Final = ROOT / "firmware" / "simulator" / "run.py"
MICROPYTHON: Final = ROOT / ".tools" / "micropython" / "usr" / "bin" / "micropython"
