"""The command line that starts the Forge."""

from pathlib import Path
import subprocess
import sys

from forge import VERSION
from rig.ports import free_port
from tests.forge.house import ROOT


def said(*arguments: str, **environment: str) -> tuple[int, str, str]:
    """Run the command line; return its exit code and what it said."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "forge", *arguments],
        env={"PYTHONPATH": str(ROOT / "addon"), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


def test_the_version_and_a_token(tmp_path: Path) -> None:
    assert said("version") == (0, f"{VERSION}\n", "")
    made = said("token", "--data-dir", str(tmp_path))
    assert made[0] == 0
    assert made[1] == (tmp_path / "token").read_text()
    assert said("token", "--data-dir", str(tmp_path)) == made


def test_a_bad_setting_is_one_line_and_an_exit_code_of_its_own(tmp_path: Path) -> None:
    code, out, err = said("serve", "--data-dir", str(tmp_path), FORGE_API_PORT="many")
    assert (code, out) == (3, "")
    assert err.startswith("validation.settings: These settings cannot be used: environment: ")
    assert err.count("\n") == 1


def test_a_forge_that_is_away_is_not_healthy() -> None:
    code, out, err = said("health", "--port", str(free_port()))
    assert (code, out) == (1, "")
    assert err.startswith("unavailable.forge: ")
