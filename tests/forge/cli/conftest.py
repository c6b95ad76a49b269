"""What the command line's tests share: a Forge that runs, and lines typed at it."""

from collections.abc import Iterator
from dataclasses import dataclass
import io
import json
import os
from pathlib import Path
import sys
from typing import Any

import pytest

from forge.cli import main
from rig.openwrt.mirror import Mirror
from tests.forge.house import TOKEN, House
from tests.forge.works import beside


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return its output, which must be one JSON value and nothing else."""
        return json.loads(self.out)


class Line:
    """A command line in this process, with its own environment."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **environment: str) -> None:
        """Type with these variables set."""
        self._monkeypatch = monkeypatch
        self._environment = environment

    def __call__(
        self, *arguments: object, given: str | None = None, terminal: bool = False
    ) -> Said:
        """Run a command; `terminal` has somebody sit there who types what is given."""
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in "oe")
        typed = io.StringIO(given or "")
        typed.isatty = lambda: terminal  # type: ignore[method-assign]  # a terminal is not to be had here
        with self._monkeypatch.context() as patch:
            for name in [name for name in os.environ if name.startswith("FORGE_")]:
                patch.delenv(name)
            for name, value in self._environment.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["forge", *map(str, arguments)])
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            patch.setattr(sys, "stdin", typed)
            with pytest.raises(SystemExit) as ended:
                main()
        texts = [stream.buffer.getvalue().decode() for stream in (out, err)]  # type: ignore[attr-defined]  # it is a BytesIO
        return Said(int(ended.value.code or 0), *texts)


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory, mirror_server: Mirror) -> Iterator[House]:
    """Run a Forge."""
    mirror_server.heal()
    with beside(mirror_server, tmp_path_factory.mktemp("forge") / "data") as house:
        yield house


@pytest.fixture
def forge_line(house: House, monkeypatch: pytest.MonkeyPatch) -> Line:
    """Ask that Forge."""
    return Line(monkeypatch, FORGE_URL=house.url, FORGE_TOKEN=TOKEN)


ROUTER = """\
profile_id: {id}
name: Router in the attic
device_id: attic
openwrt_release: 23.05.5
target: mediatek
subtarget: filogic
imagebuilder_profile: bananapi_bpi-r3
packages: [htop]
tags: [lab, wifi]
"""


@pytest.fixture
def router(tmp_path: Path) -> Path:
    """Write a profile's file."""
    path = tmp_path / "attic-router.yaml"
    path.write_text(ROUTER.format(id="attic-router").replace("lab", "attic"))
    return path
