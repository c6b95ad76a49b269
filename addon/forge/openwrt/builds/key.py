"""The key of a build: two builds with the same key have the same images."""

import hashlib
import json
from typing import Final

from forge.openwrt.builds.recipe import Recipe

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
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return f"2:{hashlib.sha256(text.encode()).hexdigest()}"
