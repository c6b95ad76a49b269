"""The configuration folder of a Home Assistant that needs nothing from the network."""

from dataclasses import dataclass
from datetime import UTC, datetime
import json
from typing import TYPE_CHECKING, Any, Final

from rig.errors import RigError
from rig.places import INTEGRATION
from rig.ports import LOOPBACK

if TYPE_CHECKING:
    from pathlib import Path

HOUSE: Final = {"en": "Hillside House", "it": "Casa sulla collina"}

# Everything is named: `default_config` would bring Bluetooth, cloud and the like.
CONFIGURATION: Final = """\
homeassistant:
  name: {house}
  latitude: 55.7855
  longitude: 12.5214
  elevation: 20
  radius: 100
  unit_system: metric
  time_zone: Europe/Copenhagen
  country: DK
  currency: EUR
  language: {language}
  internal_url: http://{host}:{port}
  external_url: http://{host}:{port}

frontend:
config:
conversation:
intent_script:
media_source:
sun:
automation: !include automations.yaml
script: !include scripts.yaml
scene: !include scenes.yaml
logger:
  default: warning
  logs:
    custom_components.atelier: info
    haffmpeg: fatal
"""

RECORDER: Final = """\
recorder:
  commit_interval: 1
history:
logbook:
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderPlan:
    """What goes into a configuration folder."""

    folder: Path
    port: int
    language: str = "en"
    recorder: bool = True
    integration: bool = True
    extra: str = ""  # YAML appended to configuration.yaml


def write_folder(plan: FolderPlan) -> None:
    """Write the folder; what Home Assistant itself stored there earlier stays."""
    plan.folder.mkdir(parents=True, exist_ok=True)
    text = CONFIGURATION.format(
        house=HOUSE.get(plan.language, HOUSE["en"]),
        language=plan.language,
        host=LOOPBACK,
        port=plan.port,
    )
    if plan.recorder:
        text += RECORDER
    (plan.folder / "configuration.yaml").write_text(f"{text}\n{plan.extra}", encoding="utf-8")
    for name, empty in (("automations", "[]"), ("scripts", "{}"), ("scenes", "[]")):
        path = plan.folder / f"{name}.yaml"
        if not path.exists():
            path.write_text(f"{empty}\n", encoding="utf-8")
    _write_http(plan)
    _write_onboarding(plan.folder)
    if plan.integration:
        _link_integration(plan.folder)


def _write_http(plan: FolderPlan) -> None:
    """Store address and port as settings that were confirmed.

    A port from configuration.yaml would be on trial: unless somebody confirms it in
    the user interface, Home Assistant goes back to port 8123 after five minutes.
    """
    _store(
        plan.folder,
        "http",
        version=2,
        minor_version=2,
        data={
            "stable": {
                "server_host": [LOOPBACK],
                "server_port": plan.port,
                "cors_allowed_origins": [],
                "login_attempts_threshold": -1,
                "ip_ban_enabled": False,
                "ssl_profile": "modern",
                "use_x_frame_options": True,
                "created_at": datetime.now(UTC).isoformat(),
                "error": None,
                "error_message": None,
            },
            "pending": None,
            "yaml_migration_done": True,
        },
    )


def _write_onboarding(folder: Path) -> None:
    """Mark the location step of the onboarding as done; the other steps are really taken.

    That step would also set up a weather service, a radio directory and an online
    text-to-speech, all of which reach for the network.
    """
    if not (folder / ".storage" / "onboarding").exists():
        _store(folder, "onboarding", version=4, minor_version=1, data={"done": ["core_config"]})


def _store(
    folder: Path, key: str, *, version: int, minor_version: int, data: dict[str, Any]
) -> None:
    """Write one of Home Assistant's own storage files."""
    path = folder / ".storage" / key
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        json.dumps({"version": version, "minor_version": minor_version, "key": key, "data": data}),
        encoding="utf-8",
    )


def _link_integration(folder: Path) -> None:
    """Make the integration of this checkout the one that is loaded."""
    if not (INTEGRATION / "manifest.json").is_file():
        raise RigError(f"The integration is not complete: {INTEGRATION} has no manifest.json")
    link = folder / "custom_components" / INTEGRATION.name
    link.parent.mkdir(exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(INTEGRATION, target_is_directory=True)
