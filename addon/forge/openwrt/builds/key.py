"""The key of a build: two builds with the same key have the same images."""

import hashlib
import json
from typing import Any, Final

from forge.openwrt.builds.recipe import Recipe
from forge.openwrt.profiles.schema import Profile

_VERSION: Final = 2


def build_key(
    recipe: Recipe,
    *,
    builder: str,
    revision: str,
    epoch: int | None,
    feeds: str | None,
    overlay: str | None,
    local_key: str | None,
) -> str:
    """Return the key (version 2): all that went in, and nothing that did not.

    Names, ids and host paths are left out; `builder` is the archive's sha256, `feeds` what the
    package feeds offer, `overlay` the tree's hash, `local_key` the public key's.
    """
    asked = recipe.model_dump(mode="json", exclude={"revision", "versions", "packages"})
    said = {
        "version": _VERSION,
        "recipe": asked,
        # Order decides which of two packages is installed first, so it stays.
        "packages": recipe.packages,
        "builder": builder,
        "revision": revision,
        "epoch": epoch,
        "feeds": feeds,
        "overlay": overlay,
        "local_key": local_key,
    }
    return f"2:{_digest(said)}"


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
    return f"sha256:{_digest(said)}"


def _digest(said: dict[str, Any]) -> str:
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
