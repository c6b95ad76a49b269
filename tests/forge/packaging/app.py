"""The app as Home Assistant's Supervisor reads it."""

from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[3]
APP: Final = ROOT / "addon"


def config() -> dict[str, Any]:
    """Return the app's configuration."""
    return read("config.yaml")


def read(name: str) -> dict[str, Any]:
    """Return what a YAML file of the app holds."""
    loaded: dict[str, Any] = yaml.safe_load((APP / name).read_text("utf-8"))
    return loaded


#: What keys mean when they are not there; a key equal to this is an error in the catalog's linter.
DEFAULTS: Final[dict[str, Any]] = {
    "advanced": False,
    "apparmor": True,
    "audio": False,
    "auth_api": False,
    "auto_uart": False,
    "backup": "hot",
    "boot": "auto",
    "devicetree": False,
    "docker_api": False,
    "full_access": False,
    "gpio": False,
    "hassio_api": False,
    "hassio_role": "default",
    "homeassistant": False,
    "homeassistant_api": False,
    "host_dbus": False,
    "host_ipc": False,
    "host_network": False,
    "host_pid": False,
    "host_uts": False,
    "ingress": False,
    "ingress_port": 8099,
    "ingress_stream": False,
    "init": True,
    "journald": False,
    "kernel_modules": False,
    "legacy": False,
    "options": {},
    "panel_admin": True,
    "panel_icon": "mdi:puzzle",
    "realtime": False,
    "schema": {},
    "stage": "stable",
    "startup": "application",
    "stdin": False,
    "timeout": 10,
    "tmpfs": False,
    "uart": False,
    "udev": False,
    "ulimits": {},
    "usb": False,
    "video": False,
}
#: Further keys that may be there.
OTHERS: Final = frozenset(
    {"name", "version", "slug", "description", "arch", "url", "image", "machine", "map", "ports"}
    | {"ports_description", "environment", "privileged", "devices", "services", "discovery"}
    | {"backup_exclude", "backup_pre", "backup_post", "breaking_versions", "webui"}
    | {"ingress_entry", "panel_title"}
)

_DANGEROUS: Final = frozenset(
    {"BPF", "CHECKPOINT_RESTORE", "DAC_READ_SEARCH", "NET_ADMIN", "NET_RAW", "PERFMON"}
    | {"SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO"}
)


def rating(app: dict[str, Any], *, own_profile: bool) -> int:
    """Return the security rating, 1 to 8, as the Supervisor reckons it (2026.08)."""
    if app.get("docker_api") or app.get("full_access"):
        return 1
    points = 5
    if app.get("apparmor", True) is False:
        points -= 1
    elif own_profile:
        points += 1
    open_ports = any(port is not None for port in app.get("ports", {}).values())
    if app.get("ingress") or not (app.get("host_network") or open_ports):
        points += 2
    elif app.get("auth_api"):
        points += 1
    if _DANGEROUS & set(app.get("privileged", ())) or app.get("kernel_modules"):
        points -= 1
    points -= {"manager": 1, "admin": 2}.get(app.get("hassio_role", "default"), 0)
    points -= bool(app.get("host_network"))
    points -= 2 * bool(app.get("host_pid"))
    points -= bool(app.get("host_uts") and "SYS_ADMIN" in app.get("privileged", ()))
    return max(1, min(8, points))
