"""What the app asks of Home Assistant, and what its options are."""

from enum import Enum
import json
from pathlib import Path
import re
import shutil
import struct
import subprocess
import tomllib
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo
import pytest

from forge import VERSION
from forge.settings import Settings, load
from tests.forge.packaging.app import APP, DEFAULTS, OTHERS, config, rating, read

#: Settings that the container itself decides, and why they are no options.
DECIDED: Final = {
    "data_dir": "the Supervisor mounts /data",
    "shared_dir": "set in the environment: the app's public folder",
    "api_host": "the container's own network",
    "api_port": "the host's side of it is set under Network",
    "ingress": "set in the environment",
    "ingress_host": "the container's own network",
    "ingress_port": "the Supervisor's default",
    "supervisor_address": "the same in every installation",
    "server_url": "for workers, and the app runs the Forge itself",
    "build_user": "the container has these users",
    "stop_grace_s": "bounded by the app's own `timeout`",
}


def test_the_options_are_the_settings() -> None:
    """A new setting belongs into config.yaml's schema and the translations, or into DECIDED."""
    assert set(config()["schema"]) | set(DECIDED) == set(Settings.model_fields)
    assert not set(config()["schema"]) & set(DECIDED)


@pytest.mark.parametrize("name", config()["schema"])
def test_an_option_takes_what_its_setting_takes(name: str) -> None:
    kind = config()["schema"][name]
    mark = "" if name in config()["options"] else "?"
    expected = _expected(name, Settings.model_fields[name])
    assert kind == ([expected[0] + mark] if isinstance(expected, list) else expected + mark)


def _expected(name: str, field: FieldInfo) -> str | list[str]:
    """Return how a setting's type and bounds are said in an app's schema."""
    kind = field.annotation
    if name == "flash_devices":
        return ["device(subsystem=block)"]
    if get_origin(kind) is tuple:
        return ["url"]
    if SecretStr in (kind, *get_args(kind)):
        return "password"
    if get_origin(kind) is Literal:
        return f"list({'|'.join(get_args(kind))})"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return f"list({'|'.join(item.value for item in kind)})"
    return "bool" if kind is bool else _bounded(name, field)


def _bounded(name: str, field: FieldInfo) -> str:
    assert field.annotation is int, f"{name}: say here how its type is written in config.yaml"
    least = next((item.ge for item in field.metadata if hasattr(item, "ge")), "")
    most = next((item.le for item in field.metadata if hasattr(item, "le")), "")
    return f"int({least},{most})"


def test_what_is_set_at_first_is_the_settings_own_default() -> None:
    options = config()["options"]
    assert Settings(**options) == Settings()


def test_a_forge_reads_what_the_supervisor_writes(tmp_path: Path) -> None:
    given = {**config()["options"], "flash_devices": [], "openwrt_mirrors": [], "token": ""}
    settings = _loaded(tmp_path, given, config()["environment"])
    assert settings.ingress
    assert str(settings.shared) == "/config"
    assert settings.ingress_port == DEFAULTS["ingress_port"]
    assert list(config()["ports"]) == [f"{settings.api_port}/tcp"]


def _loaded(folder: Path, options: dict[str, Any], environment: dict[str, str]) -> Settings:
    path = folder / "options.json"
    path.write_text(json.dumps(options), "utf-8")
    return load(environment=environment, options_file=path)


@pytest.mark.parametrize("language", ["en", "it"])
def test_every_option_has_words(language: str) -> None:
    words = read(f"translations/{language}.yaml")
    assert list(words["configuration"]) == list(config()["schema"])
    assert all(set(said) == {"name", "description"} for said in words["configuration"].values())
    assert all(text.strip() for said in words["configuration"].values() for text in said.values())
    assert set(words["network"]) == set(config()["ports"])


def test_the_rating_is_the_best() -> None:
    assert rating(config(), own_profile=(APP / "apparmor.txt").is_file()) == 8


def test_writing_cards_costs_no_point_but_full_access_would_cost_all() -> None:
    assert config()["schema"]["flash_devices"] == ["device(subsystem=block)?"]
    assert "full_access" not in config()
    assert rating({**config(), "full_access": True}, own_profile=True) == 1


def test_the_catalog_has_nothing_to_say() -> None:
    app = config()
    assert set(app) <= set(DEFAULTS) | OTHERS
    assert not [key for key in app if key in DEFAULTS and app[key] == DEFAULTS[key]]
    assert not {"webui", "watchdog", "auto_uart", "advanced", "machine"} & set(app)
    assert set(app["arch"]) == {"amd64", "aarch64"}
    assert all(set(entry) <= {"type", "read_only", "path"} for entry in app["map"])
    assert re.fullmatch(r"[a-z0-9_]+", app["slug"])
    assert "{arch}" not in app["image"]
    assert app["backup"] != "cold" or not {"backup_pre", "backup_post"} & set(app)


def test_there_is_one_version() -> None:
    project = tomllib.loads((APP / "pyproject.toml").read_text("utf-8"))["project"]
    assert config()["version"] == project["version"] == VERSION
    assert f"\n## {VERSION}" in (APP / "CHANGELOG.md").read_text("utf-8")


def test_jobs_have_the_time_to_end_that_they_are_promised() -> None:
    assert config()["timeout"] > 3 * Settings().stop_grace_s


@pytest.mark.parametrize(("name", "size"), [("icon.png", (128, 128)), ("logo.png", (250, 100))])
def test_pictures_have_the_size_that_is_asked_for(name: str, size: tuple[int, int]) -> None:
    content = (APP / name).read_bytes()
    assert content.startswith(b"\x89PNG")
    assert struct.unpack(">II", content[16:24]) == size


def test_the_image_installs_what_the_forge_needs() -> None:
    """Run script/lock after changing dependencies."""
    project = tomllib.loads((APP / "pyproject.toml").read_text("utf-8"))["project"]
    locked = (APP / "requirements.txt").read_text("utf-8")
    pinned = dict(re.findall(r"^([a-z0-9.-]+)(?:\[[a-z]+\])?==(\S+)", locked, re.MULTILINE))
    needed = {
        re.split(r"[\[<>=;! ]", item)[0].replace(".", "-") for item in project["dependencies"]
    }
    assert needed <= set(pinned)
    for block in re.split(r"\n(?=[a-z])", locked)[1:]:
        assert "--hash=sha256:" in block
    tested = (APP.parent / "requirements" / "dev.txt").read_text("utf-8")
    both = dict(re.findall(r"^([a-z0-9.-]+)(?:\[[a-z]+\])?==(\S+)", tested, re.MULTILINE))
    assert {name: both[name] for name in pinned if name in both} == {
        name: pinned[name] for name in pinned if name in both
    }


def test_the_profile_is_one_that_apparmor_reads() -> None:
    profile = APP / "apparmor.txt"
    # The Supervisor finds the line by this, and puts the app's full name there.
    named = re.findall(r"^profile ([^ ]+).*$", profile.read_text("utf-8"), re.MULTILINE)
    assert named == [config()["slug"]]
    parser = shutil.which("apparmor_parser") or shutil.which("apparmor_parser", path="/usr/sbin")
    if parser is None:
        pytest.skip("apparmor_parser is not installed: run script/setup as root")
    parsed = subprocess.run(  # noqa: S603 - a program of the system's
        [parser, "--skip-kernel-load", "--skip-cache", str(profile)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert not parsed.returncode, parsed.stderr
