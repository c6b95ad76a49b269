"""Where the parts of the project lie."""

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
