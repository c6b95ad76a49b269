"""The run of the command line that docs/forge.md shows, typed again: it cannot go stale."""

from collections.abc import Iterator
from pathlib import Path
import re
from typing import Final

import pytest

from tests.forge.cli.conftest import ROUTER, Line, Said
from tests.forge.house import ROOT

pytestmark = pytest.mark.e2e  # an Image Builder is fetched, and runs

PROFILE: Final = "attic-router"
_BLOCK: Final = re.compile(r"^```\n(\$ forge .*?)^```$", re.MULTILINE | re.DOTALL)
#: What is said beside the data while a job goes on: which of it is seen depends on the moment.
_PROGRESS: Final = re.compile(r"(queued, number \d+|[a-z]+(: .*)?)")
_STATES: Final = (
    *("queued", "preparing", "downloading", "verifying", "building", "collecting"),
    *("done", "failed"),
)
#: What is another at every run.
_OTHER: Final = (
    (re.compile(r"\b[0-9a-f]{32}\b"), "ID"),
    (re.compile(r"\b[0-9a-f]{12}\b"), "HASH"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"), "MOMENT"),
    (re.compile(r"\b[0-9.]+ (?:B|KiB|MiB)\b"), "SIZE"),
    (re.compile(r" +"), " "),
)


def shown() -> list[tuple[str, list[str]]]:
    """Return the commands that the page shows, and the lines that each wrote."""
    (block,) = _BLOCK.findall((ROOT / "docs" / "forge.md").read_text("utf-8"))
    commands: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            commands.append((line[2:], []))
        else:
            commands[-1][1].append(line)
    return commands


def same(line: str) -> str:
    """Return a line without what is another at every run."""
    for pattern, word in _OTHER:
        line = pattern.sub(word, line)
    return line.strip()


def is_progress(line: str) -> bool:
    """Tell whether a line is said beside the data."""
    return bool(_PROGRESS.fullmatch(line)) and line.startswith(_STATES)


@pytest.fixture
def clean_line(forge_line: Line) -> Iterator[Line]:
    """Ask a Forge that shall forget the page's profile afterwards."""
    yield forge_line
    for one in forge_line("builds", "list", "--json").json:
        if one["profile_id"] == PROFILE:
            forge_line("builds", "delete", one["id"])
    forge_line("profiles", "delete", PROFILE)


def test_the_page_shows_what_is_really_said(
    clean_line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forge_line = clean_line
    monkeypatch.chdir(tmp_path)
    profile = ROUTER.format(id=PROFILE).replace("23.05.5", "24.10.4")
    file = Path(f"{PROFILE}.yaml")
    file.write_text(profile)
    assert forge_line("profiles", "import", file).code == 0
    file.write_text(profile.replace("lab", "attic"))
    build, last = "", Said(0, "", "")
    for command, lines in shown():
        if command == "echo $?":
            assert lines == [str(last.code)]
            continue
        program, *words = command.split()
        assert program == "forge"
        typed = [build if re.fullmatch(r"[0-9a-f]{32}", word) else word for word in words]
        last = forge_line(*typed)
        if found := re.search(r"^build +([0-9a-f]{32})$", last.out, re.MULTILINE):
            build = found[1]
        said = [*last.out.splitlines(), *last.err.splitlines()]
        told = sorted(same(line) for line in lines if not is_progress(line))
        heard = sorted(same(line) for line in said if not is_progress(line))
        assert heard == told, command
        steps = [line for line in last.err.splitlines() if is_progress(line)]
        assert steps[-1:] == [line for line in lines if is_progress(line)][-1:], command
    assert len(shown()) > 3
