"""Where on a device an upload may put things."""

import re
from typing import Final

from forge.errors import Invalid
from forge.openwrt import entries
from forge.openwrt.shared import shown

#: The folders of a device's root that an image holds. All else is made at each start, or a sign
#: that an archive holds a folder around what it should hold.
ALLOWED: Final = frozenset(
    {"bin", "etc", "home", "lib", "lib64", "mnt", "opt", "root", "sbin", "srv", "usr", "www"}
)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\\\u2028\u2029\ufeff\ud800-\udfff]")
_LONGEST: Final = 500
_LONGEST_STEP: Final = 255


def checked(name: str) -> str:
    """Return a path without the first slash; "" for the root. Raise Invalid, naming it."""
    path = name.removeprefix("./").strip("/")
    if path in ("", "."):
        return ""
    told = shown(path[:200])
    steps = path.split("/")
    if any(step in ("", ".", "..") for step in steps):
        raise Invalid(f"{told} is no path on a device: it leads elsewhere", about="path_traversal")
    if _CONTROL.search(path):
        raise Invalid(f"{told!r} has characters that no path may have", about="overlay_path")
    if len(path.encode()) > _LONGEST or any(len(s.encode()) > _LONGEST_STEP for s in steps):
        raise Invalid(f"{told} is too long for a path", about="overlay_path")
    if steps[0] not in ALLOWED:
        raise Invalid(
            f"/{told} belongs into no image: uploads begin with one of"
            f" {', '.join(sorted(ALLOWED))}. Does the archive hold a folder around them?",
            about="overlay_path",
            path=told,
        )
    return path


def checked_link(path: str, target: str) -> str:
    """Return where a link leads. Raise Invalid where that is out of the device."""
    if not target or _CONTROL.search(target) or len(target.encode()) > _LONGEST:
        raise Invalid(f"The link {path} leads to what is no path", about="overlay_path", path=path)
    return entries.checked_link(path, target)
