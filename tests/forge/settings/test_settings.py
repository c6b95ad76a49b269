"""What can be set, from where, and how it is refused."""

from collections.abc import Mapping
import json
import logging
from pathlib import Path
import stat
from typing import Any

import pytest

from forge.errors import Invalid
from forge.settings import Settings, load
from forge.tokens import token


def gathered(
    tmp_path: Path,
    *,
    options: Any = None,
    environment: Mapping[str, str] | None = None,
    **given: Any,
) -> Settings:
    """Load settings from an options file, an environment and a command line."""
    path = tmp_path / "options.json"
    if options is not None:
        path.write_text(json.dumps(options))
    return load(given, environment=environment or {}, options_file=path)


def test_the_nearest_wins(tmp_path: Path) -> None:
    options = {"api_port": 1001, "build_jobs": 2, "keep_days": 3}
    environment = {"FORGE_API_PORT": "1002", "FORGE_BUILD_JOBS": "4", "PATH": "/bin"}
    settings = gathered(tmp_path, options=options, environment=environment, api_port=1003)
    assert (settings.api_port, settings.build_jobs, settings.keep_days) == (1003, 4, 3)
    assert settings.light_jobs == 3


def test_a_list_in_one_text(tmp_path: Path) -> None:
    environment = {"FORGE_FLASH_DEVICES": "/dev/sdx, /dev/disk/by-id/usb-reader"}
    settings = gathered(tmp_path, environment=environment)
    assert settings.flash_devices == (Path("/dev/sdx"), Path("/dev/disk/by-id/usb-reader"))


def test_what_is_empty_is_not_set(tmp_path: Path) -> None:
    settings = gathered(
        tmp_path,
        options={"token": "", "api_port": None, "openwrt_mirrors": []},
        environment={"FORGE_DATABASE_URL": ""},
        api_host=None,
    )
    assert settings.token is None
    assert settings.openwrt_mirrors
    assert settings.api_port == 8470
    assert settings.database == "sqlite:////data/forge.db"


@pytest.mark.parametrize(
    ("where", "given", "told"),
    [
        ("options", {"api_port": 0}, "options.json: api_port: Input should be greater"),
        ("options", {"colour": "red"}, "options.json: colour: Extra inputs are not permitted"),
        ("options", ["a"], "must be a JSON object"),
        ("environment", {"FORGE_API_PORT": "x"}, "environment: api_port: Input should be a valid"),
        ("environment", {"FORGE_TOKEN": "short"}, "environment: token: Value should have at least"),
        (
            "environment",
            {"FORGE_DATABASE_URL": "mysql://root:secret@db"},
            "database_url: Value error, must begin with postgresql+psycopg://",
        ),
    ],
)
def test_a_refusal_names_the_setting_and_its_source(
    tmp_path: Path, where: str, given: Any, told: str
) -> None:
    with pytest.raises(Invalid) as refused:
        gathered(tmp_path, **{where: given})
    assert told in refused.value.message
    assert refused.value.code == "validation.settings"
    assert "secret" not in json.dumps(refused.value.as_dict())
    assert "short" not in refused.value.message.replace("shorter", "")


def test_an_options_file_that_is_no_json(tmp_path: Path) -> None:
    path = tmp_path / "options.json"
    path.write_text("{")
    with pytest.raises(Invalid, match=r"options\.json cannot be read"):
        load(environment={}, options_file=path)


def test_secrets_are_not_shown(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = gathered(
        tmp_path,
        token="a-secret-that-is-long",
        database_url="postgresql+psycopg://me:a-secret-that-is-long@db/forge",
    )
    caplog.set_level(logging.DEBUG)
    logging.getLogger("test").info("%s %r", settings, settings)
    shown = json.dumps(settings.shown()) + caplog.text
    assert "a-secret" not in shown
    assert settings.database.endswith("@db/forge")


def test_a_token_is_made_once_and_readable_by_nobody_else(tmp_path: Path) -> None:
    settings = gathered(tmp_path, data_dir=tmp_path / "data")
    made = token(settings)
    assert len(made) >= 32
    path = tmp_path / "data" / "token"
    path.chmod(0o644)
    assert token(settings) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["token"]


def test_a_token_file_that_holds_none(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("\n")
    with pytest.raises(Invalid, match="delete it"):
        token(gathered(tmp_path, data_dir=tmp_path))


def test_a_given_token_is_taken(tmp_path: Path) -> None:
    settings = gathered(tmp_path, data_dir=tmp_path, token="given-on-the-command-line")
    assert token(settings) == "given-on-the-command-line"
    assert not (tmp_path / "token").exists()
