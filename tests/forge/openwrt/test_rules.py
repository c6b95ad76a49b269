"""The rules by which the pages check what is typed are those of the server."""

import json
from pathlib import Path
from typing import Any, Final

from forge.openwrt.profiles.schema import Profile

RULES: Final = Path(__file__).parents[3] / "frontend/src/forge/profiles/rules.json"
_TOLD: Final = (
    *("pattern", "minLength", "maxLength", "maxItems", "minimum", "maximum"),
    *("enum", "required"),
)


def rules() -> dict[str, Any]:
    """Return what may stand in each field, by its address: `files[].destination`."""
    schema = Profile.model_json_schema()
    found: dict[str, Any] = {}

    def look(where: str, part: dict[str, Any], *, required: bool) -> None:
        part = next((one for one in part.get("anyOf", ()) if one.get("type") != "null"), part)
        if "$ref" in part:
            part = schema["$defs"][part["$ref"].rpartition("/")[2]]
        told = {name: part[name] for name in _TOLD if name in part and name != "required"}
        if required:
            told["required"] = True
        if told:
            found[where] = told
        if "items" in part:
            look(f"{where}[]", part["items"], required=False)
        for name, inner in part.get("properties", {}).items():
            inside = f"{where}.{name}" if where else name
            look(inside, inner, required=name in part.get("required", ()))

    look("", schema, required=False)
    return found


def test_pages_check_by_the_rules_of_the_server() -> None:
    assert json.loads(RULES.read_text("utf-8")) == rules()
