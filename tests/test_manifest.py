"""The files that Home Assistant and the catalog read of the integration."""

import ast
import importlib
import json
from pathlib import Path
import re
from typing import Any

from awesomeversion import AwesomeVersion
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import validate_selector
import pytest
import voluptuous as vol
import yaml

import custom_components.atelier
from custom_components.atelier import services
from custom_components.atelier.const import DEFAULT_PREFIXES, DOMAIN, PLATFORMS
from custom_components.atelier.wire.topics import Channel, is_prefix

ATELIER = Path(custom_components.atelier.__file__).parent
ROOT = ATELIER.parent.parent
MANIFEST: dict[str, Any] = json.loads((ATELIER / "manifest.json").read_text("utf-8"))

#: The Integration Quality Scale as of November 2026.
RULES = {
    "bronze": """action-setup appropriate-polling brands common-modules config-flow
        config-flow-test-coverage dependency-transparency docs-actions docs-conditions
        docs-high-level-description docs-installation-instructions docs-removal-instructions
        docs-triggers entity-event-setup entity-unique-id has-entity-name runtime-data
        test-before-configure test-before-setup unique-config-entry""",
    "silver": """action-exceptions config-entry-unloading docs-configuration-parameters
        docs-installation-parameters entity-unavailable integration-owner log-when-unavailable
        parallel-updates reauthentication-flow test-coverage""",
    "gold": """devices diagnostics discovery discovery-update-info docs-data-update docs-examples
        docs-known-limitations docs-supported-devices docs-supported-functions
        docs-troubleshooting docs-use-cases dynamic-devices entity-category entity-device-class
        entity-disabled-by-default entity-translations exception-translations icon-translations
        reconfiguration-flow repair-issues stale-devices""",
    "platinum": "async-dependency inject-websession strict-typing",
}


def test_the_manifests_keys_stand_in_order() -> None:
    keys = list(MANIFEST)
    assert keys[:2] == ["domain", "name"]
    assert keys[2:] == sorted(keys[2:])


def test_the_manifest_says_what_home_assistant_and_the_catalog_need() -> None:
    assert MANIFEST["domain"] == DOMAIN == ATELIER.name
    assert AwesomeVersion(MANIFEST["version"]).valid
    assert MANIFEST["codeowners"]
    assert all(owner.startswith("@") for owner in MANIFEST["codeowners"])
    for key in ("documentation", "issue_tracker"):
        assert MANIFEST[key].startswith("https://")
    assert MANIFEST["config_flow"] is True
    assert MANIFEST["dependencies"] == ["file_upload", "http", "mqtt", "websocket_api"]
    assert MANIFEST["iot_class"] == "local_push"
    packages = {requirement.partition("==")[0] for requirement in MANIFEST["requirements"]}
    assert packages == {"aiosqlite", "alembic", "asyncpg", "openpyxl"}
    assert all("==" in requirement for requirement in MANIFEST["requirements"])


def test_the_manifest_knows_no_other_keys() -> None:
    assert MANIFEST.keys() <= {
        *("after_dependencies", "codeowners", "config_flow", "dependencies", "documentation"),
        *("domain", "integration_type", "iot_class", "issue_tracker", "loggers", "mqtt", "name"),
        *("quality_scale", "requirements", "version"),
    }


def test_what_is_discovered_is_narrow() -> None:
    for topic in MANIFEST["mqtt"]:
        prefix, plus, channel = topic.split("/")
        assert is_prefix(prefix)
        assert prefix in DEFAULT_PREFIXES
        assert plus == "+"
        assert channel in (Channel.INFO, Channel.AVAILABILITY)


def test_the_project_has_one_version() -> None:
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    version = re.search(r'^version = "(.+)"$', project, re.MULTILINE)
    assert version is not None
    assert version[1] == MANIFEST["version"]


def test_the_catalogs_file() -> None:
    hacs = json.loads((ROOT / "hacs.json").read_text("utf-8"))
    assert hacs["name"] == MANIFEST["name"]
    assert hacs.keys() <= {"name", "homeassistant", "hide_default_branch"}
    assert AwesomeVersion(hacs["homeassistant"]) >= AwesomeVersion("2026.9.0")


def test_brand_images_are_there() -> None:
    for name in ("icon.png", "icon@2x.png"):
        assert (ATELIER / "brand" / name).read_bytes().startswith(b"\x89PNG")


def test_every_rule_of_the_quality_scale_is_answered() -> None:
    rules = yaml.safe_load((ATELIER / "quality_scale.yaml").read_text("utf-8"))["rules"]
    assert rules.keys() == set(" ".join(RULES.values()).split())
    for name, answer in rules.items():
        status = answer if isinstance(answer, str) else answer["status"]
        assert status in ("done", "exempt"), name
        if status == "exempt":
            assert answer["comment"], name


@pytest.mark.parametrize("platform", PLATFORMS, ids=str)
def test_every_platform_says_how_many_updates_run_at_once(platform: str) -> None:
    module = importlib.import_module(f"custom_components.atelier.{platform}")
    assert module.PARALLEL_UPDATES == 0


def test_every_module_says_what_it_is_for() -> None:
    for path in ATELIER.rglob("*.py"):
        said = ast.get_docstring(ast.parse(path.read_text("utf-8")))
        assert said, path


def test_what_actions_take_is_asked_for_in_ways_that_home_assistant_knows() -> None:
    described = yaml.safe_load((ATELIER / "services.yaml").read_text("utf-8"))
    for action in described.values():
        for field in action["fields"].values():
            assert field.keys() <= {"required", "default", "example", "selector"}
            validate_selector(field["selector"])


async def test_the_actions_that_are_registered_are_those_described(hass: HomeAssistant) -> None:
    described = yaml.safe_load((ATELIER / "services.yaml").read_text("utf-8"))
    services.async_setup_services(hass)
    registered = hass.services.async_services()[DOMAIN]
    assert registered.keys() == described.keys()
    for name, service in registered.items():
        schema = service.schema
        assert isinstance(schema, vol.Schema)
        fields = {str(key): key for key in schema.schema}
        assert fields.keys() == described[name]["fields"].keys()
        for field, key in fields.items():
            required = described[name]["fields"][field].get("required", False)
            assert isinstance(key, vol.Required) is required, (name, field)


def test_what_workflows_use_is_named_by_its_hash() -> None:
    workflows = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    assert workflows
    for path in workflows:
        for used in re.findall(r"uses: (\S+)", path.read_text("utf-8")):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}|\./\S+", used), (path.name, used)
