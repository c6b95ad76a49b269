"""What a process gives back once it has started."""

from contextlib import closing
from pathlib import Path
import sqlite3

import pytest

from forge.jobs.memory import as_on_disk, give_back
from tests.forge.house import House

_FACTS = "Size:       8 kB\nRss:        8 kB\nAnonymous:      {} kB\nVmFlags: rd mr\n"


@pytest.mark.parametrize(
    ("head", "changed", "expected"),
    [
        ("00400000-00402000 r-xp 00000000 08:01 42        /usr/bin/python3.14", 0, True),
        ("00400000-00402000 r--p 00000000 08:01 42        /a folder/lib.so", 0, True),
        # What relocations wrote is nowhere else.
        ("00400000-00402000 r--p 00000000 08:01 42        /usr/bin/python3.14", 4, False),
        ("00400000-00402000 rw-p 00000000 08:01 42        /usr/bin/python3.14", 0, False),
        ("00400000-00402000 r--s 00000000 08:01 42        /dev/shm/shared", 0, False),
        ("00400000-00402000 r-xp 00000000 00:00 0         [vdso]", 0, False),
        ("00400000-00402000 r--p 00000000 00:00 0 ", 0, False),
    ],
)
def test_only_what_is_as_on_disk_is_dropped(head: str, changed: int, *, expected: bool) -> None:
    other = "7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n" + _FACTS.format(4)
    found = list(as_on_disk(f"{head}\n{_FACTS.format(changed)}{other}"))
    assert found == ([(0x400000, 0x402000)] if expected else [])


def files_kib(pid: str = "self") -> int:
    """Return what a process holds of files, in KiB (proc_pid_status(5))."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssFile:"))


def test_a_process_goes_on_with_less() -> None:
    before = files_kib()
    give_back()
    assert files_kib() < before / 2
    with closing(sqlite3.connect(":memory:")) as connection:
        assert connection.execute("SELECT 6 * 7").fetchone() == (42,)


@pytest.mark.e2e
def test_a_forge_that_has_started_holds_little_of_files(tmp_path: Path) -> None:
    with House(tmp_path / "forge") as house:
        assert files_kib(str(house.serving.pid)) < 16_000
        assert house.ask("GET", "/api/v1/openapi.json")[1]["openapi"].startswith("3.1")
