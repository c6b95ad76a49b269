"""What the reference says of a profile, to compare with."""

import hashlib
import json
from typing import Any

from forge.openwrt.profiles.schema import Profile


def reference_key(profile: Profile, *, overlay: str | None = None) -> str:
    """Return the key that the reference gives a profile, by which its builds are known."""
    document = profile.document()
    snapshot: dict[str, Any] = {
        name: document[name]
        for name in ("profile_id", "openwrt_release", "target", "subtarget", "imagebuilder_profile")
    }
    for name in ("packages", "packages_remove", "disabled_services"):
        if document.get(name):
            snapshot[name] = sorted(document[name])
    for name in ("files", "overlay_dir", "bin_dir", "extra_image_name", "rootfs_partsize"):
        if document.get(name):
            snapshot[name] = document[name]
    if document.get("add_local_key") is not None:
        snapshot["add_local_key"] = document["add_local_key"]
    if policies := document.get("policies"):
        kept = ("filesystem", "include_kernel_symbols", "strip_debug")
        snapshot["policies"] = {name: policies.get(name) for name in kept}
    effective = {*(profile.packages or ()), *(f"-{one}" for one in profile.packages_remove or ())}
    said = {
        "schema_version": "1",
        "profile_snapshot": snapshot,
        "imagebuilder_key": [profile.openwrt_release, profile.target, profile.subtarget],
        "effective_packages": sorted(effective),
        "overlay_hash": overlay,
        "build_options": {},
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
