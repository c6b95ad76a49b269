"""What of a Forge's API the panel's pages may ask for: all else is kept from browsers."""

import re
from typing import Final

_PARTS: Final = {
    "id": "[0-9a-f]{32}",
    "name": "[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}",
    "file": "[A-Za-z0-9_][A-Za-z0-9._+-]{0,199}",
    "number": "[1-9][0-9]{0,8}",
}

#: By method, below `/api/v1`; files and streams are beside them.
ALLOWED: Final = {
    "GET": (
        "builders",
        "builders/{name}/{name}/{name}",
        "builds",
        "builds/{id}",
        "builds/{id}/artifacts",
        "card-images",
        "config",
        "flash/devices",
        "flash/plans/{id}",
        "flash/records",
        "flash/records/{id}",
        "jobs",
        "jobs/{id}",
        "jobs/{id}/files",
        "jobs/{id}/log",
        "profile-facets",
        "profiles",
        "profiles/{name}",
        "profiles/{name}/compare",
        "profiles/{name}/export",
        "profiles/{name}/overlay",
        "profiles/{name}/versions",
        "releases",
        "releases/{name}/boards",
        "releases/{name}/targets",
        "releases/{name}/targets/{name}/{name}",
        "releases/{name}/targets/{name}/{name}/packages",
        "status",
    ),
    "POST": (
        "builders/ensure",
        "builders/prune",
        "builders/prune/plan",
        "builds",
        "builds/batch",
        "builds/plan",
        "flash/eject",
        "flash/plans",
        "flash/writes",
        "jobs/{id}/cancel",
        "profile-check",
        "profile-export",
        "profile-import",
        "profiles",
        "profiles/{name}/clone",
        "profiles/{name}/overlay/restore",
    ),
    "PUT": ("profiles/{name}",),
    "DELETE": (
        "builders/{name}/{name}/{name}",
        "builds/{id}",
        "profiles/{name}",
        "profiles/{name}/overlay",
    ),
}

FILES: Final = (
    "jobs/{id}/files/{file}",
    r"profiles/{name}/overlay/archive\?version={number}",
)
#: What browsers send as files.
UPLOADS: Final = ("profiles/{name}/overlay", "profiles/{name}/overlay/file")


def _pattern(*shapes: str) -> re.Pattern[str]:
    return re.compile("|".join(shape.format(**_PARTS) for shape in shapes))


_PATTERNS: Final = {method: _pattern(*shapes) for method, shapes in ALLOWED.items()}
_FILES: Final = _pattern(*FILES)
_UPLOADS: Final = _pattern(*UPLOADS)


def may_ask(method: str, path: str) -> bool:
    """Tell whether a page may ask for something: its address has no way around its shape."""
    return method in _PATTERNS and _PATTERNS[method].fullmatch(path) is not None


def may_fetch(path: str) -> bool:
    """Tell whether an address is that of a file which browsers fetch."""
    return _FILES.fullmatch(path) is not None


def may_send(path: str) -> bool:
    """Tell whether a file may be sent to an address."""
    return _UPLOADS.fullmatch(path) is not None
