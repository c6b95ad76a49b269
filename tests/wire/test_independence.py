"""The wire, the families' rules and what they share know nothing of Home Assistant."""

import ast
from pathlib import Path
import sys

import pytest

import custom_components.atelier

ATELIER = Path(custom_components.atelier.__file__).parent
FAMILIES = ("props", "machines")
#: What a module of each room may import besides the standard library.
ALLOWED = {
    "wire": {"wire"},
    "props": {"wire", "props", "signal"},
    "machines": {"wire", "machines", "signal", "ledger"},
    ATELIER.name: set[str](),
}
INDEPENDENT = [
    *(path for room in ("wire", *FAMILIES) for path in sorted((ATELIER / room).glob("*.py"))),
    ATELIER / "signal.py",
]


def imports(path: Path) -> set[str]:
    """Return what a module imports: absolute names, and siblings as their full path."""
    found: set[str] = set()
    here = path.relative_to(ATELIER).parent.parts
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(str(node.module))
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1]
            found.add("/".join((*base, *(node.module or "").split("."))))
    return found


@pytest.mark.parametrize("path", INDEPENDENT, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_module_imports_the_standard_library_and_its_own_rooms(path: Path) -> None:
    rooms = {name for allowed in ALLOWED.values() for name in allowed}
    for name in imports(path):
        if "/" in name or name in rooms:
            assert name.split("/")[0] in ALLOWED[path.parent.name], f"{path.name} imports {name}"
            assert not name.startswith("props/entities")
        else:
            assert name.partition(".")[0] in {*sys.stdlib_module_names, "orjson"}, name


def test_the_walk_sees_imports() -> None:
    assert imports(ATELIER / "bus.py") >= {"homeassistant.components", "wire/topics"}
