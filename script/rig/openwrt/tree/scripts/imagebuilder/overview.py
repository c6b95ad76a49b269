"""Write profiles.json beside the images: what was built, for what, of which revision."""

import json
import os
import re

from .boards import read
from .places import TOPDIR, folder


def overview() -> dict[str, object]:
    """Return what profiles.json says of this build."""
    target = read()
    profiles = {}
    for note in sorted((folder("KDIR") / "json_info_files").glob("*.json")):
        board = target.board(note.stem)
        made = json.loads(note.read_text("utf-8"))
        profiles[board.id] = {
            "device_packages": board.packages,
            "image_prefix": made["prefix"],
            "images": made["images"],
            "supported_devices": board.supported_devices,
            "titles": board.device()["titles"],
        }
    said: dict[str, object] = {
        "arch_packages": target.arch,
        "default_packages": sorted(target.default_packages),
        "metadata_version": 1,
        "profiles": profiles,
        "source_date_epoch": int(os.environ["SOURCE_DATE_EPOCH"]),
        "target": target.id,
        "version_code": os.environ["REVISION"],
        "version_number": os.environ["VERSION_NUMBER"],
    }
    if os.environ.get("OVERVIEW_NAMES_KERNEL"):
        said["linux_kernel"] = kernel()
    return said


def kernel() -> dict[str, str]:
    """Return the kernel of the tree, by the name of its package."""
    (path,) = TOPDIR.glob("packages/kernel[_-]*")
    found = re.match(r"kernel[_-]([\d.]+)(?:~|-\d+-)([0-9a-f]{32})(?:-r(\d+))?", path.name)
    if found is None:
        raise ValueError(path.name)
    return {"release": found[3] or "1", "vermagic": found[2], "version": found[1]}


if __name__ == "__main__":
    (folder("BIN_DIR") / "profiles.json").write_text(
        json.dumps(overview(), sort_keys=True, separators=(",", ":")), "utf-8"
    )
